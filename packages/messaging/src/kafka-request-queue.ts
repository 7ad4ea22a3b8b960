import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

const { scheduleCheckPendingRequests } = RequestQueue.prototype

// kafkajs looks at its queue again and again also when nothing waits there, and works out a moment in the past to do so:
// a timer every millisecond, for each connection and as long as it lives. Whatever is queued later schedules its own look.
RequestQueue.prototype.scheduleCheckPendingRequests = function () {
  if (this.pending.length > 0) scheduleCheckPendingRequests.call(this)
}
