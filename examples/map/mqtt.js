'use strict'
// Listens to an MQTT 3.1.1 broker (OASIS standard, 2014) by WebSocket, with QoS 0: enough for a page that shows how things are. It comes back by itself.

class Subscriber {
  // `said(topic, bytes, isRetained)` gets each message, `changed(words)` how the connection is.
  constructor (url, topics, said, changed, login = {}) {
    Object.assign(this, { url, topics, said, changed, login, wait: 1000 })
    this.open()
  }

  open () {
    this.changed('connecting')
    this.bytes = new Uint8Array(0)
    this.socket = new WebSocket(this.url, ['mqtt'])
    this.socket.binaryType = 'arraybuffer'
    this.socket.onopen = () => this.connect()
    this.socket.onmessage = (event) => this.take(new Uint8Array(event.data))
    this.socket.onclose = () => {
      clearInterval(this.clock)
      this.changed(`no connection; again in ${Math.round(this.wait / 1000)} s`)
      setTimeout(() => this.open(), this.wait * (0.5 + Math.random() / 2))
      this.wait = Math.min(this.wait * 2, 30000)
    }
  }

  connect () {
    const { username, password } = this.login
    const flags = 2 | (username ? 128 : 0) | (password ? 64 : 0)
    const name = 'map-' + Math.random().toString(36).slice(2, 12)
    this.send(0x10, [...text('MQTT'), 4, flags, 0, 30, ...text(name), ...(username ? text(username) : []), ...(password ? text(password) : [])])
    this.heard = Date.now()
    this.clock = setInterval(() => {
      // A connection that is dead without a word is closed; else the broker is asked, which has to answer.
      if (Date.now() - this.heard > 40000) this.socket.close()
      else this.send(0xC0, [])
    }, 15000)
  }

  send (type, body) {
    const length = []
    let rest = body.length
    do {
      length.push((rest % 128) | (rest > 127 ? 128 : 0))
      rest = Math.floor(rest / 128)
    } while (rest > 0)
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(new Uint8Array([type, ...length, ...body]))
  }

  // Packets may come in pieces, or several in one.
  take (more) {
    this.heard = Date.now()
    const bytes = new Uint8Array(this.bytes.length + more.length)
    bytes.set(this.bytes)
    bytes.set(more, this.bytes.length)
    let start = 0
    for (;;) {
      let [length, at, shift] = [0, start + 1, 0]
      while (at < bytes.length && bytes[at] > 127 && shift < 21) {
        length += (bytes[at++] & 127) << shift
        shift += 7
      }
      if (at >= bytes.length) break
      length += bytes[at++] << shift
      if (at + length > bytes.length) break
      this.packet(bytes[start], bytes.slice(at, at + length))
      start = at + length
    }
    this.bytes = bytes.slice(start)
  }

  packet (head, body) {
    switch (head >> 4) {
      case 2:
        if (body[1] !== 0) return this.changed(`the broker refuses: ${body[1]}`)
        return this.send(0x82, [0, 1, ...this.topics.flatMap((topic) => [...text(topic), 0])])
      case 9:
        this.wait = 1000
        return this.changed(body.slice(2).includes(0x80) ? 'the broker refuses a topic' : 'connected')
      case 3: {
        const end = 2 + body[0] * 256 + body[1]
        return this.said(new TextDecoder().decode(body.slice(2, end)), body.slice(end), (head & 1) === 1)
      }
    }
  }
}

// With its length before it.
function text (words) {
  const bytes = new TextEncoder().encode(words)
  return [bytes.length >> 8, bytes.length & 255, ...bytes]
}
