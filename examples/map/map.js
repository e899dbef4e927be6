'use strict'
// Vehicles on a map, straight from the broker: what Waypost's gateways publish below `waypost/`.

const address = new URLSearchParams(location.search)
const map = L.map('map').setView([46.2044, 6.1432], 15)
if (address.has('tiles')) L.tileLayer(address.get('tiles'), { attribution: '© OpenStreetMap contributors', maxZoom: 19 }).addTo(map)
L.control.scale({ imperial: false }).addTo(map)
const vehicles = new Map()
const trailLength = 1000

function vehicle (name) {
  if (!vehicles.has(name)) {
    const row = document.createElement('li')
    row.dataset.vehicle = name
    row.append(document.createElement('b'), document.createElement('span'))
    row.firstChild.textContent = name
    row.onclick = () => vehicles.get(name).marker && map.panTo(vehicles.get(name).marker.getLatLng())
    document.getElementById('vehicles').append(row)
    vehicles.set(name, { row, line: L.polyline([], { color: '#3367d6' }).addTo(map), trail: [], names: new Set(), newest: '' })
  }
  return vehicles.get(name)
}

function record (name, journal, what) {
  const one = vehicle(name)
  // Each record may come twice. Of those that came longest ago no repeat is to be expected any more.
  const id = `${journal}/${what.seq}`
  if (one.names.has(id)) return
  one.names.add(id)
  if (one.names.size > 5000) one.names.delete(one.names.values().next().value)
  if (what.type === 'position') position(one, what)
  if (what.type === 'geofence_event') tell(what.timestamp, `${name} ${what.event.event_type === 'entry' ? 'entered' : 'left'} ${what.event.geofence_name || what.event.geofence_id}`)
  if (what.type === 'event') tell(what.timestamp, `${name}: ${what.event.type} ${what.event.state}`)
}

function position (one, { location: { latitude, longitude }, timestamp, speed, heading }) {
  const place = [latitude, longitude]
  // What was kept in a tunnel belongs into the line, by its time, and doesn't move the vehicle back.
  one.trail.push([timestamp || one.newest, place])
  one.trail.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  one.trail.splice(0, one.trail.length - trailLength)
  one.line.setLatLngs(one.trail.map(([, point]) => point))
  if ((timestamp || one.newest) < one.newest) return
  one.newest = timestamp || one.newest
  if (!one.marker) {
    one.marker = L.marker(place, { icon: L.divIcon({ className: 'vehicle', html: '<i></i>', iconSize: [18, 18] }) }).bindTooltip(one.row.dataset.vehicle).addTo(map)
    if (vehicles.size === 1) map.panTo(place)
  }
  one.marker.setLatLng(place)
  if (heading !== undefined) one.marker.getElement().firstChild.style.transform = `rotate(${heading}deg)`
  Object.assign(one.row.dataset, { latitude, longitude, timestamp: one.newest })
  one.row.lastChild.textContent = speed === undefined ? '' : `${Math.round(speed * 3.6)} km/h`
}

// Retained, so that it is there at once; the broker itself says that a gateway has fallen silent.
function status (name, { online }) {
  const one = vehicle(name)
  one.row.dataset.online = online
  if (one.marker) one.marker.getElement().classList.toggle('offline', !online)
}

function tell (timestamp, words) {
  const line = document.createElement('li')
  line.textContent = `${(timestamp || '').slice(11, 19)} ${words}`
  document.getElementById('events').prepend(line)
  if (document.getElementById('events').childElementCount > 20) document.getElementById('events').lastChild.remove()
}

async function inflate (bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))).arrayBuffer())
}

async function said (topic, bytes) {
  const name = topic.split('/')[1]
  if (topic.endsWith('/z')) bytes = await inflate(bytes)
  const message = JSON.parse(new TextDecoder().decode(bytes))
  if (topic.endsWith('/status')) status(name, message)
  else if (message.type === 'batch') message.messages.forEach((one) => record(message.gateway, message.journal, one))
  else if (message.seq) record(message.gateway, message.journal, message)
}

const broker = address.get('broker') || 'ws://127.0.0.1:9001/'
const login = { username: address.get('username'), password: address.get('password') }
window.subscriber = new Subscriber(broker, ['waypost/+/+', 'waypost/+/batch/z'], (...message) => said(...message).catch(console.error), (words) => {
  document.getElementById('connection').textContent = words
}, login)
