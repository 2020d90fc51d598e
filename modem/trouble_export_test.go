package modem

// ErrSIMBack and ErrPINState are errors that have no name for programs.
var (
	ErrSIMBack  = errSIMBack
	ErrPINState = errPINState
)
