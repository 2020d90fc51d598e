package modem_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/callstack-go/callstack/events"
	"github.com/callstack-go/callstack/modem"
)

func TestScenarioA34SignalThatIsUnknown(t *testing.T) {
	tests := map[string]modem.Signal{
		"+CSQ: 199":    {},
		"+CSQ: 99,99":  {},
		"+CSQ: 0,0":    {Known: true, DBm: -113},
		"+CSQ: 31,7":   {Known: true, DBm: -51},
		"+CSQ:20,99":   {Known: true, DBm: -73},
		"+CSQ: 100,99": {Known: true, DBm: -116},
		"+CSQ: 191,99": {Known: true, DBm: -25},
		"+CSQ: 32,99":  {},
	}
	for line, want := range tests {
		t.Run("A34 "+line, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On("AT+CSQ").Reply(line)
				m := openMock(t, mock, nil)
				got, err := m.Signal(deadline(t))
				require.NoError(t, err)
				assert.Equal(t, want, got)
			})
		})
	}
}

func TestSignalWithoutALineIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+CSQ").Reply()
		m := openMock(t, mock, nil)
		_, err := m.Signal(deadline(t))
		require.Error(t, err)
		mock.On("AT+CREG?").Reply()
		mock.On("AT+CEREG?").Reply("+CEREG: x")
		_, err = m.Registration(deadline(t))
		require.Error(t, err)
	})
}

func TestBars(t *testing.T) {
	for dbm, want := range map[int]int{-113: 0, -110: 0, -109: 1, -95: 1, -93: 2, -85: 2, -83: 3, -75: 3, -73: 4, -51: 4} {
		assert.Equal(t, want, modem.Signal{Known: true, DBm: dbm}.Bars(), "%d dBm", dbm)
	}
	assert.Zero(t, modem.Signal{DBm: -51}.Bars())
	assert.Equal(t, "-73 dBm", modem.Signal{Known: true, DBm: -73}.String())
	assert.Equal(t, "unknown", modem.Signal{}.String())
}

func TestRegistration(t *testing.T) {
	tests := map[string]struct {
		creg, cereg string
		want        modem.Registration
		voice       bool
	}{
		"home":          {"+CREG: 2,1", "", modem.Registration{Status: modem.RegisteredHome}, true},
		"roaming, cell": {`+CREG: 2,5,"1A2B","00C3D4E5",7`, "", modem.Registration{Status: modem.RegisteredRoaming, Access: 8, Area: "1A2B", Cell: "00C3D4E5"}, true},
		"LTE alone":     {"+CREG: 2,0", `+CEREG: 2,1,"8B37","0A265185",7`, modem.Registration{Status: modem.RegisteredHome, Access: 8, Area: "8B37", Cell: "0A265185"}, true},
		"SMS only":      {"+CREG: 0,6", "+CEREG: 0,2", modem.Registration{Status: modem.SMSOnlyHome}, false},
		"emergency":     {"+CREG: 0,11", "+CEREG: 0,11", modem.Registration{Status: modem.EmergencyRLOS}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := &modem.MockTransport{}
				mock.On("AT+CREG?").Reply(tt.creg)
				mock.On("AT+CEREG?").Reply(tt.cereg)
				m := openMock(t, mock, nil)
				got, err := m.Registration(deadline(t))
				require.NoError(t, err)
				assert.Equal(t, tt.want, got)
				assert.Equal(t, tt.voice, got.Voice())
				if tt.cereg == "" {
					assert.Zero(t, written(mock, "AT+CEREG?"), "the first has said it")
				}
			})
		})
	}
	assert.Equal(t, "home, LTE", modem.Registration{Status: modem.RegisteredHome, Access: 8}.String())
	assert.Equal(t, "emergency_rlos", modem.EmergencyRLOS.String())
	assert.Equal(t, "status_42", modem.RegistrationStatus(42).String())
	assert.Equal(t, "access_41", modem.AccessTechnology(42).String())
}

func TestRegistrationFallsBackWhereCREGIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := &modem.MockTransport{}
		mock.On("AT+CREG?").Final("ERROR")
		m := openMock(t, mock, nil)
		r, err := m.Registration(deadline(t))
		require.NoError(t, err)
		assert.Equal(t, modem.RegisteredHome, r.Status)
		mock.On("AT+CEREG?").Final("ERROR")
		_, err = m.Registration(deadline(t))
		require.Error(t, err)
	})
}

func TestSignalAndRegistrationArePolledAndToldOnChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus events.Bus
		rec := record(t, &bus)
		_, sim := openSim(t, nil, &modem.Config{Events: &bus, NetworkPoll: 10 * time.Second})
		sim.SetSignal(20, 0)
		time.Sleep(time.Minute)
		before := len(of[modem.SignalChanged](rec))
		require.NotZero(t, before)
		assert.Len(t, of[modem.RegistrationChanged](rec), 1)
		time.Sleep(time.Minute)
		assert.Len(t, of[modem.SignalChanged](rec), before, "no change, no event")
		sim.SetSignal(5, 0)
		time.Sleep(12 * time.Second)
		signals := of[modem.SignalChanged](rec)
		require.Len(t, signals, before+1)
		assert.Equal(t, modem.Signal{Known: true, DBm: -103}, signals[before].Signal)
		sim.SetRegistration(2)
		time.Sleep(12 * time.Second)
		regs := of[modem.RegistrationChanged](rec)
		require.Len(t, regs, 2)
		assert.Equal(t, modem.Searching, regs[1].Registration.Status)
	})
}

func TestCallsAskNothingOfTheNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := answerable()
		talking(t, mock, &modem.Config{NetworkPoll: -1})
		assert.Equal(t, 1, written(mock, "AT+CSQ"), "at the beginning, and no more")
	})
}

func TestReportsAreTakenWherePollingIsOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bus events.Bus
		rec := record(t, &bus)
		mock := &modem.MockTransport{}
		open(t, mock, &modem.Config{Events: &bus, NetworkPoll: -1})
		time.Sleep(time.Second)
		asked := written(mock, "AT+CSQ")
		time.Sleep(time.Hour)
		assert.Equal(t, asked, written(mock, "AT+CSQ"))
		mock.Inject("\r\n+CSQ: 7,99\r\n")
		mock.Inject("\r\n+CREG: 5,\"1A2B\",\"00C3D4E5\",7\r\n")
		synctest.Wait()
		signals, regs := of[modem.SignalChanged](rec), of[modem.RegistrationChanged](rec)
		assert.Equal(t, -99, signals[len(signals)-1].Signal.DBm)
		assert.Equal(t, modem.RegisteredRoaming, regs[len(regs)-1].Registration.Status)
		mock.On("AT+CREG?").Reply("+CREG: 2,3")
		mock.On("AT+CEREG?").Reply("+CEREG: 2,3")
		mock.Inject("\r\n+CREG: 3\r\n")
		time.Sleep(time.Second)
		regs = of[modem.RegistrationChanged](rec)
		assert.Equal(t, modem.Denied, regs[len(regs)-1].Registration.Status)
	})
}

func TestWhatTheFeedShows(t *testing.T) {
	number := events.Number("+12025550100")
	tests := map[string]struct {
		event events.Public
		level events.Privacy
		want  string
	}{
		"state":           {modem.StateChanged{State: modem.Ready}, events.Masked, `{"state":"ready"}`},
		"ring, masked":    {modem.Rang{Call: "1", Number: number}, events.Masked, `{"call":"1","number":"+120****0100"}`},
		"ring, full":      {modem.Rang{Call: "1", Number: number}, events.Full, `{"call":"1","number":"+12025550100"}`},
		"signal":          {modem.SignalChanged{Signal: modem.Signal{Known: true, DBm: -73}}, events.Masked, `{"known":true,"dbm":-73,"bars":4}`},
		"signal, unknown": {modem.SignalChanged{}, events.Masked, `{"known":false,"bars":0}`},
		"registration":    {modem.RegistrationChanged{Registration: modem.Registration{Status: 1, Access: 8, Cell: "00C3"}}, events.Masked, `{"status":"home","voice":true,"access":"LTE"}`},
		"not registered":  {modem.RegistrationChanged{}, events.Strict, `{"status":"not_registered","voice":false}`},
		"state, a reason": {modem.StateChanged{State: modem.Lost, Err: modem.ErrRestarted}, events.Masked, `{"state":"lost","reason":"restarted"}`},
		"state, no words": {modem.StateChanged{State: modem.Failed, Err: assert.AnError}, events.Full, `{"state":"failed","reason":"other"}`},
	}
	names := map[string]bool{}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := json.Marshal(tt.event.PublicData(tt.level))
			require.NoError(t, err)
			assert.JSONEq(t, tt.want, string(got))
			names[tt.event.EventName()] = true
		})
	}
	assert.Equal(t, map[string]bool{"modem.state": true, "call.ring": true, "signal.quality": true, "network.registration": true}, names)
	for _, e := range []interface{ Coalesce() string }{
		modem.SignalChanged{Header: events.Header{Source: "a"}}, modem.RegistrationChanged{Header: events.Header{Source: "a"}},
	} {
		assert.Contains(t, e.Coalesce(), "/a")
	}
}
