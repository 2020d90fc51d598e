package voicemail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/voicemail"
)

// valid is the JSON file of a message as other programs may have left it.
func valid(id string) []byte {
	return []byte(`{"version":1,"id":"` + id + `","file":"` + id + `.wav","caller":"+12025550147",` +
		`"started_at":"2026-06-24T10:20:30.123456789Z","ended_at":"2026-06-24T10:20:35Z",` +
		`"duration_ms":4321,"bytes":69180,"rate":8000,"reason":"caller_hangup"}`)
}

const knownID = "20260624T102030123Z-0123456789abcdef"

func TestListIsNewestFirst(t *testing.T) {
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, _ := openMemory(t, nil)
		var taken []voicemail.Message
		for range 3 {
			m := leave(ctx, t, box)
			m.Key = 0 // not stored
			taken = append([]voicemail.Message{m}, taken...)
			sleep(ctx, time.Millisecond)
		}
		var listed []voicemail.Message
		for m, err := range box.List() {
			require.NoError(t, err)
			listed = append(listed, m)
		}
		assert.Equal(t, taken, listed)
		for m := range box.List() {
			assert.Equal(t, taken[0], m)
			break // the rest is not read
		}
	})
}

func TestListOfARealDirectory(t *testing.T) {
	path := t.TempDir()
	for _, name := range []string{"notes.json", "README", knownID + ".wav.part", knownID + ".json.part", knownID + ".json.tmp"} {
		require.NoError(t, os.WriteFile(filepath.Join(path, name), []byte("{}"), 0o600))
	}
	bubble(t, func(ctx context.Context, t *testing.T) {
		box, err := voicemail.Open(path, nil)
		require.NoError(t, err)
		defer func() { assert.NoError(t, box.Close()) }()
		for range box.List() {
			t.Error("there is no message yet")
		}
		m := leave(ctx, t, box)
		got, err := box.Get(m.ID)
		require.NoError(t, err)
		assert.Equal(t, m.Path, got.Path)
		assert.FileExists(t, m.Path)

		require.NoError(t, box.Delete(m.ID))
		assert.NoFileExists(t, m.Path)
		_, err = box.Get(m.ID)
		require.ErrorIs(t, err, voicemail.ErrNotFound)
		require.ErrorIs(t, box.Delete(m.ID), voicemail.ErrNotFound)

		require.NoError(t, os.WriteFile(filepath.Join(path, knownID+".json"), bytes.Repeat([]byte(" "), voicemail.MaxSidecar+1), 0o600))
		_, err = box.Get(knownID)
		_, ok := errors.AsType[*voicemail.CorruptError](err)
		assert.True(t, ok, "it is not even read to its end: %v", err)
	})
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Len(t, entries, 7, "what was there before, the lock and the corrupt file")
}

func TestGetReadsWhatTheJSONFileSays(t *testing.T) {
	box, dir := openMemory(t, nil)
	dir.put(knownID+".json", valid(knownID))
	got, err := box.Get(knownID)
	require.NoError(t, err)
	assert.Equal(t, voicemail.Message{
		ID:        knownID,
		Path:      "/box/" + knownID + ".wav",
		Caller:    caller,
		StartedAt: time.Date(2026, 6, 24, 10, 20, 30, 123456789, time.UTC),
		EndedAt:   time.Date(2026, 6, 24, 10, 20, 35, 0, time.UTC),
		Duration:  4321 * time.Millisecond,
		Bytes:     69180,
		Rate:      8000,
		Reason:    voicemail.CallerHangup,
	}, got)
}

func TestACorruptJSONFileIsAnErrorInTheListAndBlocksNothing(t *testing.T) {
	replace := func(from, to string) string { return strings.Replace(string(valid(knownID)), from, to, 1) }
	tests := map[string]struct{ content, want string }{
		"empty":             {"", "not a message: unexpected end of JSON input"},
		"cut off":           {string(valid(knownID)[:100]), "not a message: unexpected end of JSON input"},
		"zeros":             {string(make([]byte, 300)), "not a message: invalid character '\\x00' looking for beginning of value"},
		"not an object":     {"[]", "not a message: \"\" is of the wrong type"},
		"null":              {"null", "version 0, want 1"},
		"a later version":   {replace(`"version":1`, `"version":2`), "version 2, want 1"},
		"another message":   {string(valid(strings.Replace(knownID, "0", "1", 1))), "describes another message"},
		"a file elsewhere":  {replace(knownID+".wav", "../../etc/passwd"), "describes another message"},
		"no rate":           {replace("8000", "0"), "rate, bytes or duration out of range"},
		"a length beyond":   {replace("4321", "9223372036855000"), "rate, bytes or duration out of range"},
		"negative length":   {replace("4321", "-4321"), "rate, bytes or duration out of range"},
		"a number for text": {replace(`"+12025550147"`, "12025550147"), "not a message: \"caller\" is of the wrong type"},
		"a bad time":        {replace("2026-06-24T10:20:35Z", "+12025550147"), "not a message: a value is malformed"},
	}
	const newer, older = "20260624T102031000Z-0123456789abcdef", "20260624T102029000Z-0123456789abcdef"
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			box, dir := openMemory(t, nil)
			dir.put(newer+".json", valid(newer))
			dir.put(knownID+".json", []byte(tt.content))
			dir.put(knownID+".wav", nil)
			dir.put(older+".json", valid(older))
			var ids []string
			for m, err := range box.List() {
				ids = append(ids, m.ID)
				if m.ID != knownID {
					assert.NoError(t, err)
					continue
				}
				bad, ok := errors.AsType[*voicemail.CorruptError](err)
				require.True(t, ok)
				assert.Equal(t, "/box/"+knownID+".json", bad.Path)
				assert.Equal(t, knownID, bad.ID)
				assert.EqualError(t, err, "voicemail: "+bad.Path+": "+tt.want)
				assert.NotContains(t, err.Error(), "2025550147")
				assert.ErrorIs(t, err, bad.Err)
			}
			assert.Equal(t, []string{newer, knownID, older}, ids)
			require.NoError(t, box.Delete(knownID), "it can be deleted")
			assert.Equal(t, []string{older + ".json", newer + ".json"}, dir.names())
		})
	}
}

func TestIDsThatAreNone(t *testing.T) {
	box, dir := openMemory(t, nil)
	for _, id := range []string{
		"", ".", "..", "/etc/passwd", "../" + knownID, knownID + "/..", knownID + ".json", knownID + "\x00",
		strings.Replace(knownID, "-", "/", 1), strings.ToUpper(knownID), strings.Replace(knownID, "Z", "\\", 1),
		knownID[1:], strings.Replace(knownID, "2026", "..//", 1), strings.Replace(knownID, "a", "g", 1),
	} {
		_, err := box.Get(id)
		require.ErrorIs(t, err, voicemail.ErrNotFound, "%q", id)
		require.ErrorIs(t, box.Delete(id), voicemail.ErrNotFound, "%q", id)
		assert.False(t, voicemail.ValidID(id), "%q", id)
	}
	assert.Empty(t, dir.log("-"), "no file was even looked for")
}

func TestStoreFaults(t *testing.T) {
	box, dir := openMemory(t, nil)
	broken := func(what string) {
		dir.put(knownID+".json", valid(knownID))
		dir.put(knownID+".wav", nil)
		dir.fail = func(op, name string) error {
			if strings.TrimSpace(op+" "+strings.TrimPrefix(name, knownID)) == what {
				return syscall.EIO
			}
			return nil
		}
	}
	for what, want := range map[string]string{
		"remove .json":   "voicemail: remove /box/" + knownID + ".json: input/output error",
		"remove .wav":    "voicemail: remove /box/" + knownID + ".wav: input/output error",
		"sync directory": "voicemail: sync /box: input/output error",
	} {
		broken(what)
		require.EqualError(t, box.Delete(knownID), want)
	}
	broken("read .json")
	for m, err := range box.List() {
		assert.Equal(t, knownID, m.ID)
		assert.EqualError(t, err, "voicemail: read /box/"+knownID+".json: input/output error")
	}
	broken("list")
	for m, err := range box.List() {
		assert.Zero(t, m)
		assert.EqualError(t, err, "voicemail: read /box: input/output error")
	}
	broken("unlock")
	require.EqualError(t, box.Close(), "voicemail: unlock /box: input/output error")
}

// A message that is deleted while the list is read is left out.
func TestListWhileOneIsDeleted(t *testing.T) {
	box, dir := openMemory(t, nil)
	const older = "20260624T102029000Z-0123456789abcdef"
	dir.put(knownID+".json", valid(knownID))
	dir.put(older+".json", valid(older))
	var ids []string
	for m, err := range box.List() {
		require.NoError(t, err)
		ids = append(ids, m.ID)
		require.NoError(t, box.Delete(older))
	}
	assert.Equal(t, []string{knownID}, ids)
}

func TestUnknownKeysSurviveARewrite(t *testing.T) {
	with := bytes.Replace(valid(knownID), []byte(`{"version"`),
		[]byte(`{"transcript":{"text":"hello <b>","n":[1,2.50,null]},"labels":["a"],"version"`), 1)
	again, err := voicemail.Rewrite(with, knownID)
	require.NoError(t, err)
	assert.JSONEq(t, string(with), string(again))
	assert.Contains(t, string(again), `"n":[1,2.50,null]`, "as they were written")
	assert.True(t, bytes.HasPrefix(again, []byte(`{"version":1,"id":`)))

	plain, err := voicemail.Rewrite(valid(knownID), knownID)
	require.NoError(t, err)
	assert.Equal(t, string(valid(knownID))+"\n", string(plain), "and nothing is added")
}

func TestIDsSortByTimeAndAreNotGuessed(t *testing.T) {
	at := time.Date(2026, 12, 31, 23, 59, 59, 999_999_999, time.FixedZone("", 3600))
	id := voicemail.NewID(at)
	assert.Equal(t, "20261231T225959999Z-", id[:20])
	assert.True(t, voicemail.ValidID(id))
	assert.Less(t, id, voicemail.NewID(at.Add(time.Millisecond)))
	seen := map[string]bool{}
	for range 1000 {
		seen[voicemail.NewID(at)] = true
	}
	assert.Len(t, seen, 1000)
}

// FuzzSidecar holds that what is accepted is a message whose file lies in the
// box, and that a rewrite is accepted too and changes nothing.
func FuzzSidecar(f *testing.F) {
	f.Add(valid(knownID))
	f.Add(bytes.Replace(valid(knownID), []byte("{"), []byte(`{"x":null,"VERSION":1,`), 1))
	f.Add(bytes.Replace(valid(knownID), []byte("{"), []byte(`{"VERSION":2,"ID":"x",`), 1))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		once, err := voicemail.Rewrite(b, knownID)
		if err != nil {
			return
		}
		box, dir := openMemory(t, nil)
		dir.put(knownID+".json", b)
		before, err := box.Get(knownID)
		require.NoError(t, err)
		assert.Equal(t, "/box/"+knownID+".wav", before.Path)
		assert.GreaterOrEqual(t, before.Duration, time.Duration(0))
		assert.Positive(t, before.Rate)
		require.True(t, json.Valid(once))
		dir.put(knownID+".json", once)
		after, err := box.Get(knownID)
		require.NoError(t, err)
		assert.Equal(t, before, after)
		twice, err := voicemail.Rewrite(once, knownID)
		require.NoError(t, err)
		assert.Equal(t, string(once), string(twice))
	})
}

// FuzzValidID holds that an id is a file name and nothing more.
func FuzzValidID(f *testing.F) {
	f.Add(knownID)
	f.Add("../../../../../../../../../../etc/pw")
	f.Fuzz(func(t *testing.T, id string) {
		if !voicemail.ValidID(id) {
			return
		}
		assert.True(t, filepath.IsLocal(id))
		assert.Equal(t, id, filepath.Base(id))
		assert.NotContains(t, id, ".")
	})
}
