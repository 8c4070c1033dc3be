import { SenderKeyState } from 'baileys/lib/Signal/Group/sender-key-state.js'

// Of group messages that overtake each other, the later one leaves behind the keys of those it passed. The library
// writes them as JSON and takes the parsed form for bytes, so what comes late could never be read: its sender had to be
// asked to send it again, which needs the sender to be there and to have it still.
const { removeSenderMessageKey } = SenderKeyState.prototype

SenderKeyState.prototype.removeSenderMessageKey = function takeKey(iteration) {
  for (const key of this.getStructure().senderMessageKeys)
    if (key.iteration === iteration) key.seed = Buffer.from(key.seed)
  return removeSenderMessageKey.call(this, iteration)
}
