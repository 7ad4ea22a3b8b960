// The program of `cdk --app`.
import { buildApp } from './app.ts'

const tag = process.env['TAG']
if (!tag) throw new Error('Name the images to run: TAG=$(git rev-parse HEAD), as they were pushed')
buildApp(tag).synth()
