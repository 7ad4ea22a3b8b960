// Loaded beside the application, not after it: the refresh is under way while the rest still arrives.
import { accessToken, hasSession } from '../session.ts'

if (hasSession()) accessToken().catch(() => {})
