// A text that is no JSON is told where it breaks.
import { faultIn } from './json'

test.each([
  ['{"data": {"a": 1, "b": [true, null, "x\\n"]}}', null],
  ['{"data": {"a": }}', { line: 1, column: 16 }],
  ['{\n  "data": {\n    "a": 1,\n  }\n}', { line: 4, column: 3 }],
  ['{"a": 1} x', { line: 1, column: 10 }],
  ['{"a": tru}', { line: 1, column: 7 }],
  ['', { line: 1, column: 1 }],
  ['[1]', { line: 0, column: 0 }],
  ['null', { line: 0, column: 0 }],
])('%s', (text, fault) => {
  expect(faultIn(text)).toEqual(fault)
})
