package serial

// Printable makes a text of what a device calls itself.
var Printable = printable
