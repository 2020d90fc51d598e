package vectors

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// verbatimRows is how many verbatim rows each file has. They are not here, so
// this is how a test knows what it skipped, and that a folder is complete.
var verbatimRows = map[string]int{
	"calls":           62,
	"dtmf":            22,
	"finals_errors":   0,
	"framing":         17,
	"identity":        37,
	"registration":    68,
	"signal_sim_misc": 74,
	"sms_at":          55,
	"usb_ports":       268,
	"ussd":            31,
}

// load returns the rows of a file and how many verbatim ones are missing, which
// is none or all of them.
func load(file, folder string) (rows []Row, skipped int, err error) {
	verbatim, known := verbatimRows[file]
	if !known {
		return nil, 0, fmt.Errorf("no file %q", file)
	}
	data, err := own.ReadFile(file + ".json")
	if err != nil {
		return nil, 0, err
	}
	if rows, err = parse(data); err != nil {
		return nil, 0, fmt.Errorf("%s.json: %w", file, err)
	}
	if folder == "" {
		return rows, verbatim, nil
	}
	all, err := readFolder(folder, file)
	if err != nil {
		return nil, 0, err
	}
	all = slices.DeleteFunc(all, func(r Row) bool { return r.Quality != Verbatim })
	if len(all) != verbatim {
		return nil, 0, fmt.Errorf("%s.json in %s has %d verbatim rows, not %d", file, folder, len(all), verbatim)
	}
	rows = append(rows, all...)
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.ID, b.ID) })
	return rows, 0, nil
}

// readFolder reads the complete file from the folder of [FolderEnv].
func readFolder(folder, file string) ([]Row, error) {
	if !filepath.IsAbs(folder) {
		root, err := moduleRoot()
		if err != nil {
			return nil, err
		}
		folder = filepath.Join(root, folder)
	}
	path := filepath.Join(folder, file+".json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", FolderEnv, err)
	}
	rows, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return rows, nil
}

// moduleRoot is the nearest folder with a go.mod, upwards from the package
// under test, which is where its tests run.
func moduleRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no go.mod above %s", start)
		}
	}
}

// parse reads a file's rows and refuses what a test would silently misread.
func parse(data []byte) ([]Row, error) {
	var rows []Row
	if err := json.Unmarshal(data, &rows); err != nil {
		return nil, err
	}
	seen := make(map[string]bool, len(rows))
	for i := range rows {
		r := &rows[i]
		if r.ID == "" || seen[r.ID] {
			return nil, fmt.Errorf("row %d: the id %q is empty or taken", i, r.ID)
		}
		seen[r.ID] = true
		if !slices.Contains([]string{Verbatim, Manual, Shape, Synthetic}, r.Quality) {
			return nil, fmt.Errorf("%s: no quality %q", r.ID, r.Quality)
		}
		raw, err := latin1(r.Raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		r.Raw = raw
	}
	return rows, nil
}

// latin1 turns each character of s into the byte that it stands for: JSON cannot
// hold a byte above 0x7F, so the files write it as the character of that number.
func latin1(s string) (string, error) {
	var b strings.Builder
	for _, r := range s {
		if r > 0xFF {
			return "", fmt.Errorf("the character %q is no byte", r)
		}
		b.WriteByte(byte(r))
	}
	return b.String(), nil
}
