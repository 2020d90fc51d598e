// Package cpu measures the processor time that a process uses.
package cpu
