import { type Attribute, model, node, tensor, value } from './onnx-file.ts';
import type { Tensors } from './safetensors.ts';

const LAYERS = 6;
const HIDDEN = 384;
const HEADS = 12;
const HEAD = HIDDEN / HEADS;
/** LayerNormalization came with opset 17. */
const OPSET = 17;

/**
 * The graph of all-MiniLM-L6-v2: a BERT encoder (post-norm, exact GELU) and the mean over the tokens that are not
 * padding. Inputs `input_ids` and `attention_mask` [batch, tokens] and `position_ids` [1, tokens]; output `mean`
 * [batch, 384], not yet of length one. Source of the formulas: the model's config.json and 1_Pooling/config.json.
 */
export function bertGraph(tensors: Tensors): Uint8Array[] {
  const nodes: Uint8Array[][] = [];
  const weights: Uint8Array[][] = [];
  const add = (op: string, inputs: string[], output: string, attributes: Record<string, Attribute> = {}) => {
    nodes.push(node(op, inputs, output, attributes));
    return output;
  };
  const weight = (name: string, dims: number[], data: Float32Array | BigInt64Array): string => {
    weights.push(tensor(name, dims, data));
    return name;
  };
  const stored = (name: string): string => {
    const { shape, data } = tensors.get(name);
    return weight(name, shape, data);
  };
  const scalar = (name: string, number: number): string => weight(name, [], Float32Array.of(number));
  const shape = (name: string, dims: number[]): string =>
    weight(name, [dims.length], BigInt64Array.from(dims, BigInt));
  /** PyTorch stores a linear layer's weight as [out, in]; MatMul wants [in, out]. */
  const linear = (input: string, name: string, output: string): string => {
    const { shape: dims, data } = tensors.get(`${name}.weight`);
    const [out = 0, into = 0] = dims;
    const turned = new Float32Array(data.length);
    for (let o = 0; o < out; o++)
      for (let i = 0; i < into; i++) turned[i * out + o] = data[o * into + i] ?? 0;
    weight(`${name}.weight`, [into, out], turned);
    add('MatMul', [input, `${name}.weight`], `${output}.product`);
    return add('Add', [`${output}.product`, stored(`${name}.bias`)], output);
  };
  const norm = (input: string, name: string, output: string): string =>
    add('LayerNormalization', [input, stored(`${name}.weight`), stored(`${name}.bias`)], output, {
      axis: -1,
      epsilon: { float: 1e-12 },
    });

  scalar('one', 1);
  scalar('half', 0.5);
  scalar('root_two', Math.SQRT2);
  scalar('root_head', Math.sqrt(HEAD));
  scalar('far_below', -1e9);
  shape('split_heads', [0, 0, HEADS, HEAD]);
  shape('join_heads', [0, 0, HIDDEN]);
  shape('mask_axes', [1, 2]);
  shape('token_axis', [1]);
  shape('last_axis', [2]);

  add('Cast', ['attention_mask'], 'mask', { to: 1 });
  add('Unsqueeze', ['mask', 'mask_axes'], 'mask_wide');
  add('Sub', ['one', 'mask_wide'], 'padding');
  add('Mul', ['padding', 'far_below'], 'padding_bias');

  add('Gather', [stored('embeddings.word_embeddings.weight'), 'input_ids'], 'words');
  add('Gather', [stored('embeddings.position_embeddings.weight'), 'position_ids'], 'positions');
  const types = tensors.get('embeddings.token_type_embeddings.weight').data.slice(0, HIDDEN);
  add('Add', ['words', 'positions'], 'placed');
  add('Add', ['placed', weight('token_type', [HIDDEN], types)], 'summed');
  let x = norm('summed', 'embeddings.LayerNorm', 'embedded');

  for (let layer = 0; layer < LAYERS; layer++) {
    const from = `encoder.layer.${layer}`;
    const to = (name: string) => `l${layer}.${name}`;
    const heads = (part: string, perm: number[]): string => {
      linear(x, `${from}.attention.self.${part}`, to(part));
      add('Reshape', [to(part), 'split_heads'], to(`${part}.split`));
      return add('Transpose', [to(`${part}.split`)], to(`${part}.heads`), { perm });
    };
    const query = heads('query', [0, 2, 1, 3]);
    const key = heads('key', [0, 2, 3, 1]);
    const values = heads('value', [0, 2, 1, 3]);
    add('MatMul', [query, key], to('raw'));
    add('Div', [to('raw'), 'root_head'], to('scaled'));
    add('Add', [to('scaled'), 'padding_bias'], to('masked'));
    add('Softmax', [to('masked')], to('attention'), { axis: -1 });
    add('MatMul', [to('attention'), values], to('seen'));
    add('Transpose', [to('seen')], to('seen.turned'), { perm: [0, 2, 1, 3] });
    add('Reshape', [to('seen.turned'), 'join_heads'], to('joined'));
    linear(to('joined'), `${from}.attention.output.dense`, to('projected'));
    add('Add', [to('projected'), x], to('attended'));
    x = norm(to('attended'), `${from}.attention.output.LayerNorm`, to('attended.norm'));
    const wide = linear(x, `${from}.intermediate.dense`, to('wide'));
    add('Div', [wide, 'root_two'], to('wide.scaled'));
    add('Erf', [to('wide.scaled')], to('wide.erf'));
    add('Add', [to('wide.erf'), 'one'], to('wide.shifted'));
    add('Mul', [wide, to('wide.shifted')], to('wide.gated'));
    add('Mul', [to('wide.gated'), 'half'], to('gelu'));
    linear(to('gelu'), `${from}.output.dense`, to('narrow'));
    add('Add', [to('narrow'), x], to('output'));
    x = norm(to('output'), `${from}.output.LayerNorm`, to('output.norm'));
  }

  add('Unsqueeze', ['mask', 'last_axis'], 'mask_tall');
  add('Mul', [x, 'mask_tall'], 'kept');
  add('ReduceSum', ['kept', 'token_axis'], 'total', { keepdims: 0 });
  add('ReduceSum', ['mask', 'token_axis'], 'count', { keepdims: 1 });
  add('Div', ['total', 'count'], 'mean');

  return model(
    {
      name: 'all-MiniLM-L6-v2',
      nodes,
      weights,
      inputs: [
        value('input_ids', 'int64', ['batch', 'tokens']),
        value('attention_mask', 'int64', ['batch', 'tokens']),
        value('position_ids', 'int64', [1, 'tokens']),
      ],
      outputs: [value('mean', 'float', ['batch', HIDDEN])],
    },
    OPSET,
  );
}
