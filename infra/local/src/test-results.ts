import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Remark, Results } from '@coursewire/testing'

export type TestedPackage = { name: string; resultsFile: string }
export type Selection = 'default' | 'faults'

/** Finds the packages with selected tests. */
export function findTestedPackages(root: string, selection: Selection): TestedPackage[] {
  return ['apps', 'packages', 'infra'].flatMap((folder) =>
    readdirSync(join(root, folder)).flatMap((entry) => {
      const directory = join(root, folder, entry)
      const manifest = join(directory, 'package.json')
      if (!existsSync(manifest)) return []
      const { name, scripts } = JSON.parse(readFileSync(manifest, 'utf8')) as {
        name: string
        scripts?: { test?: string }
      }
      const isTested = scripts?.test && (selection === 'default' || hasFaultTests(join(directory, 'test')))
      return isTested ? [{ name, resultsFile: join(directory, '.vitest/results.json') }] : []
    }),
  )
}

function hasFaultTests(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).some((file) => file.endsWith('.fault.test.ts'))
}

/** Deletes the results of earlier runs, so that a package that dies early cannot pass with old ones. */
export function removeResults(packages: TestedPackage[]): void {
  for (const { resultsFile } of packages) rmSync(resultsFile, { force: true })
}

/** Finds the packages that died before they wrote results. */
export function findSilent(packages: TestedPackage[]): TestedPackage[] {
  return packages.filter(({ resultsFile }) => !existsSync(resultsFile))
}

/** Adds up the results of the packages. */
export function sumResults(packages: TestedPackage[]): Results {
  const sum: Results = { passed: 0, failed: [], skipped: [] }
  for (const { name, resultsFile } of packages.filter(({ resultsFile: file }) => existsSync(file))) {
    const { passed, failed, skipped } = JSON.parse(readFileSync(resultsFile, 'utf8')) as Results
    const ofPackage = (remarks: Remark[]) => remarks.map((remark) => ({ ...remark, name: `${name} ${remark.name}` }))
    sum.passed += passed
    sum.failed.push(...ofPackage(failed))
    sum.skipped.push(...ofPackage(skipped))
  }
  return sum
}
