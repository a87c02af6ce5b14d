package main

import (
	"net"
	"sync"
	"time"
)

// pendingAcks are the acknowledgements of one connection that its socket has not got yet. A change
// is at a stream when the acknowledgement of its response has been written to the socket.
type pendingAcks struct {
	mu   sync.Mutex
	acks []pendingAck
}

type pendingAck struct {
	stream  int
	markers []int64
}

// add is called before the acknowledgement is handed to gRPC, so that the write with it finds it.
func (p *pendingAcks) add(stream int, markers []int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acks = append(p.acks, pendingAck{stream, markers})
}

// written notes those of the first n as acknowledged.
func (p *pendingAcks) written(n int, now int64) {
	p.mu.Lock()
	done := p.acks[:n:n]
	p.acks = p.acks[n:]
	p.mu.Unlock()
	for _, a := range done {
		for _, m := range a.markers {
			res.acked(a.stream, m, now)
		}
	}
}

func (p *pendingAcks) len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.acks)
}

// countingConn counts what really crosses the socket, HTTP/2 frames included, and dates
// acknowledgements.
type countingConn struct {
	net.Conn
	pending *pendingAcks
}

func (c countingConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	res.rx.Add(int64(n))
	return n, err
}

func (c countingConn) Write(b []byte) (int, error) {
	waiting := c.pending.len() // what is added from now on goes with a later write
	n, err := c.Conn.Write(b)
	if err == nil && waiting > 0 {
		c.pending.written(waiting, time.Now().UnixNano())
	}
	return n, err
}
