package main

import (
	"net"
	"testing"
	"time"
)

// A change is acknowledged when the write that carries the acknowledgement has ended, not before.
func TestAckIsDatedByTheWriteAfterIt(t *testing.T) {
	old := res
	defer func() { res = old }()
	res = &results{allDone: make(chan struct{}), changes: map[int64]*change{}, streams: 1}
	near, far := net.Pipe() // a write ends when it is read
	defer near.Close()
	defer far.Close()
	conn := countingConn{near, &pendingAcks{}}
	marker := time.Now().UnixNano()
	conn.pending.add(0, []int64{marker})
	done := make(chan struct{})
	go func() {
		if _, err := conn.Write([]byte("ack")); err != nil {
			t.Error(err)
		}
		close(done)
	}()
	time.Sleep(20 * time.Millisecond)
	res.mu.Lock()
	early := len(res.order)
	res.mu.Unlock()
	if early != 0 {
		t.Fatalf("%d acknowledged before the write has ended", early)
	}
	conn.pending.add(0, []int64{marker + 1}) // goes with a later write
	if _, err := far.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	<-done
	if len(res.order) != 1 || res.order[0].marker != marker {
		t.Fatalf("acknowledged: %v (expected: the first alone)", res.order)
	}
	if at := res.order[0].last - marker; at < int64(20*time.Millisecond) {
		t.Fatalf("acknowledged after %d ns (expected: 20 ms or more)", at)
	}
	if conn.pending.len() != 1 {
		t.Fatalf("%d are pending (expected: 1)", conn.pending.len())
	}
}
