package modem

import "time"

// SkippedAudio returns for how long nothing could be written to the audio port that
// is open.
func SkippedAudio(m *Modem) (skipped time.Duration) {
	m.ask(func() {
		if p := m.own.audioPort; p != nil {
			skipped = time.Duration(p.skipped.Load())
		}
	})
	return skipped
}
