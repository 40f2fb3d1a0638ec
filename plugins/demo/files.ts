/** Owns the attachments of the stories: small files that every viewer opens. */
import { crc32, deflateSync } from 'node:zlib'
import type { DemoFile } from './scenarios/scenario.ts'

export interface MadeFile {
  name: string
  contentType: string
  content: Buffer
  contentId: string | null
  disposition: 'attachment' | 'inline'
}

const pictures = new Map<number, Buffer>()

/** The bytes of a file. `variant` gives pictures their colours. */
export function makeFile(file: DemoFile, variant: number): MadeFile {
  const base = { name: file.name, contentId: null, disposition: 'attachment' as const }
  switch (file.kind) {
    case 'pdf':
      return { ...base, contentType: 'application/pdf', content: pdf(file.text) }
    case 'txt':
      return { ...base, contentType: 'text/plain; charset=utf-8', content: Buffer.from(file.text) }
    case 'png':
      return file.inline
        ? {
            name: file.name,
            contentType: 'image/png',
            content: picture(variant),
            contentId: `obraz${variant}@uni.example`,
            disposition: 'inline',
          }
        : { ...base, contentType: 'image/png', content: picture(variant) }
  }
}

/** One page A4 with one line of Latin letters (the fonts every reader has know no others). */
function pdf(line: string): Buffer {
  const stream = `BT /F1 20 Tf 72 760 Td (${line.replace(/[\\()]/g, '\\$&')}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let text = '%PDF-1.4\n'
  const places = objects.map((object, i) => {
    const at = text.length
    text += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const table = places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

/** One of a dozen. */
function picture(variant: number): Buffer {
  const kind = variant % 12
  if (!pictures.has(kind)) pictures.set(kind, draw(kind))
  return pictures.get(kind)!
}

/** Something like a window with an error in it: 320 × 180 pixels, eight bits of palette. */
function draw(variant: number): Buffer {
  const [width, height] = [320, 180]
  const hue = (variant * 47) % 360
  const palette = [[238, 241, 245], shade(hue, 0.55), [255, 255, 255], [200, 205, 212], [179, 38, 30], [90, 100, 115]]
  const colour = (x: number, y: number): number => {
    if (y < 22) return x > 296 && y > 6 && y < 16 ? 2 : 1
    const inside = x > 60 && x < 260 && y > 50 && y < 140
    if (!inside) return 0
    if (x === 61 || x === 259 || y === 51 || y === 139) return 3
    if ((x - 90) ** 2 + (y - 85) ** 2 < 196) return 4
    if (y > 72 && y < 78 && x > 118 && x < 235) return 5
    if (y > 88 && y < 93 && x > 118 && x < 200 + (variant % 5) * 8) return 3
    return y > 114 && y < 130 && x > 196 && x < 248 ? 1 : 2
  }
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) rows[y * (width + 1) + 1 + x] = colour(x, y)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 3, 0, 0, 0], 8) // eight bits, palette (PNG 11.2.2)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

function shade(hue: number, value: number): number[] {
  const part = (n: number) => {
    const k = (n + hue / 60) % 6
    return Math.round(255 * (value - value * 0.7 * Math.max(0, Math.min(k, 4 - k, 1))))
  }
  return [part(5), part(3), part(1)]
}
