package voicemail

// The file layer, for tests that give one.
type (
	Directory = directory
	File      = file
)

// OpenIn opens a box over d, as Open does over a directory of the system.
func OpenIn(d Directory, path string, cfg *Config) (*VoicemailBox, error) {
	c := cfg.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	return newBox(d, path, c), nil
}

// Rewrite decodes the JSON file of a message and encodes it again.
func Rewrite(b []byte, id string) ([]byte, error) {
	s, err := decodeSidecar(b, id)
	if err != nil {
		return nil, err
	}
	return s.encode()
}

// Parts of an id, and what it is checked by.
var (
	NewID   = newID
	ValidID = validID
)

// Limits of a JSON file.
const (
	MaxSidecar = maxSidecar
	PartLength = partLength
)
