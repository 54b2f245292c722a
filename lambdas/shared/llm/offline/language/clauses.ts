/** Cuts a masked text into sentences and a sentence into clauses that may each be one operation. */

const VERB =
  'read|load|open|import|compute|calculate|work out|find|get|fetch|download|request|retrieve|call|write|save|store|append|add|put|' +
  'list|search|look|count|sort|order|filter|group|summari[sz]e|delete|remove|erase|copy|duplicate|move|rename|run|execute|' +
  'print|show|tell|give|report|output|create|make|generate|convert|extract|return|export|determine|display|keep|select|' +
  'join|merge|combine|replace|what|how|which|where|round|trace|analy[sz]e|identify|sum|average|total|evaluate|take|pick|' +
  'record|log|dump|check|parse|figure out|trim|drop|discard|multiply|divide|subtract|double|triple|halve|square(?! root)|raise|present|provide|use|reverse|put|let|' +
  'who|is|are|do|does|parse|inspect|examine|measure|describe|place|insert|name|call|also|finally|afterwards|next|include';

const CLAUSE = new RegExp(
  `\\s*(?:;|,?\\s+(?:and\\s+)?(?:then|afterwards?|after that|finally|next|lastly)\\b,?|,?\\s+(?:and|&)(?:\\s+also)?(?=\\s+(?:please\\s+)?(?:${VERB})\\b)|,(?=\\s+(?:please\\s+)?(?:${VERB})\\b))\\s*`,
  'gi',
);

/** Sentences in order, without bullets and numbers of a list, and without the words that only announce the list. */
export function sentencesOf(text: string): string[] {
  // "1) read … 2) count …" in one line: only when the list begins with a one, for "12. Compute" ends a sentence.
  const numbered = /(?:^|[:\n])\s*(?:step\s+)?\(?1[.)]\s+[A-Za-z]/i.test(text);
  return (numbered ? text.replace(/(^|\s)(?:step\s+)?\(?\d{1,2}[.)]\s+(?=[A-Za-z‹])/gi, '$1\n') : text)
    .split(/\n+|(?<=[.?;]|(?<!\d)!)\s+|(?<=›[.!?])(?=[A-Z])/)
    .map((sentence) =>
      sentence
        .replace(/^\s*(?:[-*•–]|step\s+\d+\s*[:.)-])\s*/i, '')
        .replace(
          /^(?:(?:first|second|third)(?:ly)?(?!\s+(?:and|\d+|one|two|three|four|five|ten|few|quartile|highest|lowest|largest|smallest|[a-z]*lines?|rows?|records?|entry|entries|words?|columns?|characters?|sentences?|paragraphs?)\b)|then|next|finally|lastly|after(?:wards?| that)|and|also|now)\b[,:]?\s+/i,
          '',
        )
        .replace(/\s*[.;]+\s*$/, '')
        .trim(),
    )
    .filter(
      (sentence) =>
        !/^(?:|please|thanks?(?: you)?(?: in advance)?|(?:do|perform|complete|carry out) (?:all )?(?:of )?(?:the )?(?:following|these|this)(?: \w+)?:?|steps?:?|tasks?:?|hi|hello|hey)\s*!*$/i.test(
          sentence,
        ),
    );
}

/** "sort by a, then by b" is one order: the word that says so is no cut. */
const NEXT_KEY = new RegExp(
  `(\\b(?:sort|order|rank|arrange)(?:ed|ing)?\\b[^.;]*?\\bby\\s+[^.;]*?),?\\s+(?:and\\s+)?then\\s+(?:by\\s+|(?!(?:${VERB})\\b)(?=(?:the\\s+)?[\\w‹›]+(?:\\s+\\(?(?:in\\s+)?(?:asc|desc)\\w*(?:\\s+order)?\\)?)?\\s*(?:$|[,;]|and\\b|then\\b)))`,
  'gi',
);
function withKeysTogether(sentence: string): string {
  let text = sentence;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(NEXT_KEY, '$1 and by ');
  }
  return text;
}

/** The finest cut; whoever reads them may join neighbours again. */
export function clausesOf(sentence: string): string[] {
  return withKeysTogether(sentence)
    .split(CLAUSE)
    .map((clause) => clause.replace(/^(?:and|then|also|finally)\b,?\s+/i, '').trim())
    .filter((clause) => clause !== '');
}

const POLITE =
  /^(?:(?:please|kindly|hey|hi|hello|now|ok(?:ay)?|so|well|then|finally|lastly|next|also|and|first(?:ly)?(?!\s+(?:and|\d+|one|two|three|four|five|ten|few|lines?|rows?|records?|entry|entries|words?|columns?|characters?|sentences?|paragraphs?)\b)|afterwards?),?\s+|(?:can|could|would|will) you (?:please )?(?:(?:also|just|help me|tell me) )?|i(?:'d| would) (?:like|love|want) (?:you )?to (?:know )?|i (?:want|need) (?:you )?to (?:know )?|i need |i want |help me (?:to )?|let'?s |your task is to |the task is to |task:\s*|go ahead and |just |do you know |let me know |i'?m interested in |using python,?\s+|use python to |with python,?\s+)+/i;

/** An exclamation mark that is neither a factorial nor the end of words that are to be written. */
const SPOKEN_MARK =
  /(?<!\d)(?<!^(?:write|create|make|append|add|put|save|store|insert)\b.*\b(?:text|contents?|containing|contains|saying|says|lines?|message|string|sentence|words?)\b[^‹]*)[\s!]+$/i;

/** A clause without greeting, courtesy and the marks at its end. */
export function plain(clause: string): string {
  let text = clause.trim().replace(/\b(what|who|how|where|which|that|it|here)['’]s\b/gi, '$1 is');
  for (let before = ''; before !== text; ) {
    before = text;
    text = text
      .replace(POLITE, '')
      .replace(/[\s,]*(?:,? please|,? thanks?(?: you)?|for me|to me|right now)\s*([.?!]*)$/i, '$1')
      .replace(/[\s.?:,;]+$/, '')
      .replace(SPOKEN_MARK, '')
      .trim();
  }
  return text;
}
