// Made-up people for the journeys. Their numbers are valid by their check digit and belong to nobody on purpose:
// sequence numbers from a fixed start.

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** A citizen number with its check digit. @param {number} sequence odd for men, even for women */
export function citizenNumber(region, born, sequence) {
  const body = `${region}${born.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`
  const sum = [...body].reduce((total, digit, n) => total + Number(digit) * WEIGHTS[n], 0)
  return body + CHECKS[sum % 11]
}

/** The same number with a check digit that is wrong. */
export function wrongCheckDigit(number) {
  const last = number.at(-1)
  return number.slice(0, -1) + (last === '0' ? '1' : '0')
}

const quote = (cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** Rows as a csv file that Excel opens. */
export function csv(rows) {
  return Buffer.from(`\ufeff${rows.map((row) => row.map(quote).join(',')).join('\r\n')}\r\n`)
}

/** Rows of a csv file without quoted line breaks. */
export function parseCsv(text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/).filter(Boolean)
  const [head, ...rest] = lines.map((line) => line.split(','))
  return rest.map((row) => Object.fromEntries(head.map((name, n) => [name, row[n] ?? ''])))
}
