import { render } from 'preact'
import { createStreamClient } from '../client/stream-client.ts'
import { createAlertClient } from './protocol/alert-client.ts'
import { credentialOf, mayActOf, regionsOf } from './protocol/credential.ts'
import { createRestClient } from './protocol/rest-client.ts'
import { createNavigation } from './state/navigation.ts'
import { createWall } from './state/wall.ts'
import { App } from './view/app.tsx'
import { WallContext } from './view/wall-context.ts'

const now = (): number => performance.now()
const streamUrl = new URL('/v1/stream', location.href)
streamUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'

const credential = credentialOf(location.hash, localStorage)
// A token in the address bar is one that visitors photograph.
if (location.hash !== '') history.replaceState(null, '', `${location.pathname}${location.search}`)

const regions = regionsOf(credential)
const rest = createRestClient(location.origin, credential)
const desk = createAlertClient(location.origin, credential)
const wall = createWall({
  regions,
  now,
  random: Math.random,
  onFrame: act => void requestAnimationFrame(act),
  after: (ms, act) => void setTimeout(act, ms),
  every(ms, act) {
    const timer = setInterval(act, ms)
    return () => clearInterval(timer)
  },
  rest,
  connect: hears =>
    createStreamClient({
      ...hears,
      ...(credential && { token: () => credential.token }),
      ...(credential?.wall !== undefined && { wall: credential.wall }),
      urls: [streamUrl.href],
      now,
    }),
})

const navigation = createNavigation(
  {
    search: () => location.search,
    show(search, step) {
      const address = `${location.pathname}${search}`
      if (step) history.pushState(null, '', address)
      else history.replaceState(null, '', address)
    },
    onBack: act => addEventListener('popstate', act),
  },
  wall,
)

const place = document.getElementById('wall')
if (!place) throw new Error('index.html has no #wall')
wall.start()
render(
  <WallContext.Provider
    value={{ wall, navigation, rest, provenance: rest, desk, mayAct: mayActOf(credential) }}
  >
    <App />
  </WallContext.Provider>,
  place,
)
