import { describe, expect, it } from 'vitest'
import { applyChanges, readRecipes } from './recipe.ts'

const markdown = `
# Contributing

\`\`\`sh
npm start
\`\`\`

## Recipes

### Add a thing

It goes into \`src/things.ts\`:

\`\`\`diff
 const things = [
+  'new',
 ]
@@
-old()
+young()
\`\`\`

Its test is \`src/things.test.ts\`:

\`\`\`ts
it('is there')
\`\`\`

\`\`\`sh
npm test -- src/things.test.ts
\`\`\`

## Afterwards

### No recipe
`

describe('a recipe', () => {
  it('is what stands below its heading, a step for each block', () => {
    expect(readRecipes(markdown)).toEqual([
      {
        title: 'Add a thing',
        steps: [
          {
            kind: 'edit',
            path: 'src/things.ts',
            changes: [
              { before: 'const things = [\n]\n', after: "const things = [\n  'new',\n]\n" },
              { before: 'old()\n', after: 'young()\n' },
            ],
          },
          { kind: 'write', path: 'src/things.test.ts', text: "it('is there')\n" },
          { kind: 'run', commands: 'npm test -- src/things.test.ts\n' },
        ],
      },
    ])
  })

  it('cannot have a block that belongs to no file', () => {
    const lost = '## Recipes\n### Lost\n\nText:\n\n```ts\nlost()\n```\n'

    expect(() => readRecipes(lost)).toThrow('"Lost" has a block without a file')
  })
})

describe('a change', () => {
  const change = { before: 'b\n', after: 'x\ny\n' }

  it('replaces its lines where they stand, also at the very beginning', () => {
    expect(applyChanges('a\nb\nc\n', [change])).toBe('a\nx\ny\nc\n')
    expect(applyChanges('b\nc\n', [change])).toBe('x\ny\nc\n')
  })

  it('fails where its lines are not, or more than once', () => {
    expect(() => applyChanges('a\n', [change])).toThrow('0 places have these lines')
    expect(() => applyChanges('b\na\nb\n', [change])).toThrow('2 places have these lines')
  })
})
