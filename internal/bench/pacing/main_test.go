package main

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSleepDriftsAndTheDeadlineDoesNot(t *testing.T) {
	const frames = 100
	for _, p := range pacers {
		t.Run(p.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := measure(p.run, 3, frames)
				assert.Zero(t, s.drift, "virtual time: nothing is late")
				assert.Zero(t, s.most)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		c := call{start: time.Now().Add(-time.Second)}
		deadline(&c, frames)
		assert.Equal(t, time.Second-period, c.late[0], "the first frame is late by the head start")
		assert.Zero(t, c.late[frames-1], "and is caught up with")
	})
	synctest.Test(t, func(t *testing.T) {
		c := call{start: time.Now().Add(-time.Second)}
		sleep(&c, frames)
		assert.Equal(t, time.Second, c.late[frames-1], "sleeping never catches up")
	})
}
