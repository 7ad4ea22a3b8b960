// Loaded beside the application, not after it: the refresh and the words are under way while the rest still arrives.
import { accessToken } from '../session.ts'
import { hasSession } from '../storage.ts'
import { loadFirstWording } from './language.ts'
import './mail-link.ts'

loadFirstWording().catch(() => {})
if (hasSession()) accessToken().catch(() => {})
