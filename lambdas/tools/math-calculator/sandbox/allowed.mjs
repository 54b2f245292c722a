/** What an expression may call. Everything else, known to the library or not, is refused by name. */
export const ALLOWED_FUNCTIONS = new Set(
  // arithmetic
  (
    'abs add cbrt ceil cube divide dotDivide dotMultiply dotPow exp expm1 fix floor gcd hypot invmod lcm log ' +
    'log10 log1p log2 mod multiply norm nthRoot nthRoots pow round sign sqrt square subtract unaryMinus ' +
    'unaryPlus xgcd ' +
    // bits and logic
    'bitAnd bitNot bitOr bitXor leftShift rightArithShift rightLogShift and not or xor nullish ' +
    // relations
    'compare compareNatural deepEqual equal larger largerEq smaller smallerEq unequal equalScalar ' +
    // complex numbers
    'arg conj im re ' +
    // trigonometry
    'acos acosh acot acoth acsc acsch asec asech asin asinh atan atan2 atanh cos cosh cot coth csc csch sec ' +
    'sech sin sinh tan tanh ' +
    // matrices
    'column concat count cross ctranspose det diag diff dot eigs expm fft filter flatten forEach identity ifft inv ' +
    'kron map matrix ones pinv range reshape resize rotationMatrix row size sort sqrtm squeeze subset ' +
    'sum trace transpose zeros lsolve lusolve usolve lup qr schur ' +
    // combinatorics, number theory, special functions
    'bellNumbers catalan combinations combinationsWithRep composition factorial gamma lgamma multinomial ' +
    'permutations stirlingS2 isPrime erf zeta bernoulli ' +
    // statistics
    'corr cumsum mad max mean median min mode prod quantileSeq std variance ' +
    // polynomials and symbols
    'derivative polynomialRoot rationalize simplify simplifyConstant ' +
    // units
    'to unit ' +
    // kinds of numbers
    'bignumber bigint boolean complex fraction number numeric ' +
    // questions
    'hasNumericValue isInteger isNaN isNegative isNumeric isPositive isZero isFinite isBounded ' +
    // sets
    'setCartesian setDifference setDistinct setIntersect setIsSubset setMultiplicity setPowerset setSize ' +
    'setSymDifference setUnion ' +
    // geometry, signals, chance
    'distance intersect random randomInt'
  ).split(' '),
);

/** These take expressions, not values: their arguments are checked as expressions of free symbols. */
export const SYMBOLIC_FUNCTIONS = new Set(['derivative', 'rationalize', 'simplify', 'simplifyConstant']);

/** Text is a number or a unit here, and nowhere else. */
export const TEXT_FUNCTIONS = new Set([
  'bignumber',
  'bigint',
  'complex',
  'fraction',
  'number',
  'numeric',
  'to',
  'unit',
]);

/** Words that choose a variant of a function. */
export const OPTIONS = new Set([
  'unbiased',
  'uncorrected',
  'biased',
  'asc',
  'desc',
  'natural',
  'fro',
  'inf',
  '-inf',
]);

export const CONSTANTS = new Set(
  (
    'pi tau e phi i true false null Infinity NaN E PI LN2 LN10 LOG2E LOG10E SQRT1_2 SQRT2 end ' +
    'atomicMass avogadro bohrMagneton bohrRadius boltzmann classicalElectronRadius conductanceQuantum coulomb ' +
    'coulombConstant deuteronMass efimovFactor electricConstant electronMass elementaryCharge faraday ' +
    'fermiCoupling fineStructure firstRadiation gasConstant gravitationConstant gravity hartreeEnergy ' +
    'inverseConductanceQuantum klitzing loschmidt magneticConstant magneticFluxQuantum molarMass molarMassC12 ' +
    'molarPlanckConstant molarVolume neutronMass nuclearMagneton planckCharge planckConstant planckLength ' +
    'planckMass planckTemperature planckTime protonMass quantumOfCirculation reducedPlanckConstant rydberg ' +
    'sackurTetrode secondRadiation speedOfLight stefanBoltzmann thomsonCrossSection vacuumImpedance ' +
    'weakMixingAngle wienDisplacement'
  ).split(' '),
);
