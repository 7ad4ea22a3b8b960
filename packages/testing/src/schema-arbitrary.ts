import fc from 'fast-check'

/** As much of JSON Schema as our documents use. */
export type Schema = {
  type?: string | string[]
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  pattern?: string
  format?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
}

/** Values that fit the schema; with `isBent` about every third has something in it that does not. */
export function arbitraryOf(schema: Schema, isBent = false): fc.Arbitrary<unknown> {
  const fitting = fit(schema, isBent)
  return isBent ? fc.oneof({ weight: 20, arbitrary: fitting }, { weight: 1, arbitrary: fc.jsonValue() }) : fitting
}

function fit(schema: Schema, isBent: boolean): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option) => arbitraryOf(option, isBent)))
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => fit({ ...schema, type }, isBent)))
  switch (schema.type) {
    case 'object':
      return fitObject(schema, isBent)
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, isBent), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 5),
      })
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return fitString(schema)
    case undefined:
    default:
      return fc.jsonValue()
  }
}

function fitObject({ properties = {}, required = [] }: Schema, isBent: boolean): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, arbitraryOf(property, isBent)]),
  )
  const fitting = fc.record(fields, { requiredKeys: required })
  if (!isBent) return fitting
  const withMore = fc
    .tuple(fitting, fc.string(), fc.jsonValue())
    .map(([object, name, value]) => ({ ...object, [name]: value }))
  const withLess = fc.record(fields, { requiredKeys: [] })
  return fc.oneof(
    { weight: 10, arbitrary: fitting },
    { weight: 1, arbitrary: withMore },
    { weight: 1, arbitrary: withLess },
  )
}

function fitString({ format, pattern, minLength = 0, maxLength = 200 }: Schema): fc.Arbitrary<string> {
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 200) })
  if (format === 'uri') return fc.oneof(fc.webUrl({ validSchemes: ['https'] }), fc.webUrl(), text)
  if (format === 'date-time') {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    const offset = fc.constantFrom('Z', '+00:00', '+14:00', '-23:59', '+05:30')
    return fc.tuple(date, offset).map(([moment, zone]) => moment.toISOString().replace('Z', zone))
  }
  if (format === 'date') {
    return fc
      .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((day) => day.toISOString().slice(0, 10))
  }
  if (format === 'duration')
    return fc.tuple(fc.nat(999), fc.constantFrom('W', 'D')).map(([count, unit]) => `P${count}${unit}`)
  if (pattern) {
    return fc.stringMatching(new RegExp(pattern)).filter(({ length }) => length >= minLength && length <= maxLength)
  }
  const languages = fc.constantFrom('de', 'en-GB', 'de-at', 'zh-Hant-TW')
  return maxLength === 63 ? fc.oneof(languages, text) : text
}
