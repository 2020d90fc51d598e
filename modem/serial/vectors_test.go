package serial_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/internal/vectors"
	"github.com/callstack-go/callstack/modem/serial"
)

// Every row of ModemManager's rules gives the same roles here.
func TestVectorsUSBPorts(t *testing.T) {
	rows := vectors.Load(t, "usb_ports")
	for _, row := range rows {
		t.Run(row.ID, func(t *testing.T) {
			if row.Kind == "usb_class_rule" {
				class := strings.TrimPrefix(row.Raw, "* class ")
				var want serial.Role
				require.NoError(t, json.Unmarshal(row.Expect, &want))
				got := serial.Assign(serial.Device{Vendor: "12d1", Product: "ffff", TTYs: []serial.TTY{{Interface: 9, Class: class}}})
				assert.Equal(t, want, got.TTYs[0].Role)
				return
			}
			require.Equal(t, "usb_ports", row.Kind)
			var want map[string]serial.Role
			require.NoError(t, json.Unmarshal(row.Expect, &want))
			require.NotEmpty(t, want)
			vendor, product, ok := strings.Cut(strings.ToLower(row.Raw), ":")
			require.True(t, ok)
			for number, role := range want {
				n, err := strconv.Atoi(number)
				require.NoError(t, err)
				got := serial.Assign(serial.Device{Vendor: vendor, Product: product, TTYs: []serial.TTY{{Interface: n}}})
				assert.Equal(t, role, got.TTYs[0].Role, "interface %s", number)
				assert.NotEmpty(t, got.TTYs[0].Why)
			}
		})
	}
}

// Two rows of the table that contradict each other would give a role by chance.
func TestRolesOfTheTable(t *testing.T) {
	known := []serial.Role{
		serial.RoleAT, serial.RoleAT2, serial.RolePPP, serial.RoleAudio, serial.RoleGPS, serial.RoleDiag, serial.RoleIgnore,
	}
	seen := map[string]serial.Role{}
	for _, l := range serial.Layouts() {
		for number, role := range l.Roles {
			assert.Contains(t, known, role)
			assert.GreaterOrEqual(t, number, 0)
			for _, product := range l.Products {
				assert.Regexp(t, `^[0-9a-f]{4}:[0-9a-f]{4}$`, product)
				at := product + " " + strconv.Itoa(number)
				if was, ok := seen[at]; ok {
					assert.Equal(t, was, role, at)
				}
				seen[at] = role
			}
		}
	}
	assert.Greater(t, len(seen), 700)
}
