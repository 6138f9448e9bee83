// Reads the first sheet of a workbook as rows of texts: enough to look into what the program hands out.
import { inflateRawSync } from 'node:zlib'

const END = 0x06054b50
const ENTRY = 0x02014b50

// The files of a zip, by its central directory.
function unzip(bytes) {
  let at = bytes.length - 22
  while (bytes.readUInt32LE(at) !== END) at -= 1
  let next = bytes.readUInt32LE(at + 16)
  const files = new Map()
  while (bytes.readUInt32LE(next) === ENTRY) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(next + offset))
    const name = bytes.toString('utf8', next + 46, next + 46 + nameLength)
    const local = bytes.readUInt32LE(next + 42)
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(next + 20))
    const stored = bytes.readUInt16LE(next + 10) === 0
    files.set(name, () => (stored ? packed : inflateRawSync(packed)).toString('utf8'))
    next += 46 + nameLength + extra + comment
  }
  return files
}

const ENTITIES = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' }
const plain = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity])
const texts = (xml) => [...xml.matchAll(/<t[^>]*>([^<]*)<\/t>/g)].map((match) => plain(match[1])).join('')

function column(reference) {
  const letters = reference.replace(/\d+/, '')
  return [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

function cellText(attributes, inner, shared) {
  const value = inner.match(/<v>([^<]*)<\/v>/)?.[1] ?? ''
  if (/t="s"/.test(attributes)) return shared[Number(value)]
  if (/t="inlineStr"/.test(attributes)) return texts(inner)
  return plain(value)
}

/** Rows of the first sheet. @returns {string[][]} */
export function rows(bytes) {
  const files = unzip(bytes)
  const strings = files.get('xl/sharedStrings.xml')?.() ?? ''
  const shared = [...strings.matchAll(/<si>(.*?)<\/si>/gs)].map((match) => texts(match[1]))
  const sheet = files.get('xl/worksheets/sheet1.xml')()
  return [...sheet.matchAll(/<row[^>]*>(.*?)<\/row>/gs)].map((row) => {
    const cells = []
    for (const [, attributes, inner] of row[1].matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      cells[column(attributes.match(/r="([A-Z]+\d+)"/)[1])] = inner ? cellText(attributes, inner, shared) : ''
    }
    return Array.from(cells, (cell) => cell ?? '')
  })
}

/** Whether a workbook holds a formula anywhere: what goes out must not. */
export function hasFormula(bytes) {
  return [...unzip(bytes)].some(([name, read]) => name.startsWith('xl/worksheets/') && /<f[ >]/.test(read()))
}
