package keeper

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// A frame is two lengths of four bytes, big endian, then a JSON head and raw data of these lengths.
const (
	prefix  = 8
	maxHead = 1 << 20
	maxData = 64 << 10
)

var errFrame = errors.New("malformed frame")

// message is one frame in either direction. Which fields are set depends on Op.
type message struct {
	Op string `json:"op"`
	// Call joins an answer to its request; 0 in what the keeper says unasked.
	Call      uint64            `json:"call,omitempty"`
	Key       string            `json:"key,omitempty"`
	Run       string            `json:"run,omitempty"`
	Spec      *Spec             `json:"spec,omitempty"`
	Signal    string            `json:"signal,omitempty"`
	Grace     time.Duration     `json:"grace,omitempty"`
	Network   string            `json:"network,omitempty"`
	Address   string            `json:"address,omitempty"`
	Children  []Child           `json:"children,omitempty"`
	Listeners map[string]string `json:"listeners,omitempty"`
	PID       int               `json:"pid,omitempty"`
	Exit      *Exit             `json:"exit,omitempty"`
	Seq       uint64            `json:"seq,omitempty"`
	Stream    string            `json:"stream,omitempty"`
	At        time.Time         `json:"at,omitzero"`
	Lost      int64             `json:"lost,omitempty"`
	Fault     *fault            `json:"fault,omitempty"`
	// Protocol is that of a keeper that welcomes, Oldest the oldest one of a control process that it serves.
	Protocol int `json:"protocol,omitempty"`
	Oldest   int `json:"oldest,omitempty"`
	// Goroutines are the keeper's own, in the answer to opCount.
	Goroutines int `json:"goroutines,omitempty"`
	// Descriptors counts the descriptors that travel with the frame.
	Descriptors int    `json:"descriptors,omitempty"`
	Data        []byte `json:"-"`
}

// The operations. Requests are answered by opAnswer.
const (
	opHello    = "hello"
	opStart    = "start"
	opSignal   = "signal"
	opStop     = "stop"
	opForget   = "forget"
	opListen   = "listen"
	opUnlisten = "unlisten"
	opAck      = "ack"
	opShutdown = "shutdown"
	opSucceed  = "succeed"
	opReady    = "ready"
	opPass     = "pass"
	opCount    = "count"
	opAnswer   = "answer"
	opOutput   = "output"
	opExit     = "exit"
)

func encode(m message) ([]byte, error) {
	head, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encoding a %s frame: %w", m.Op, err)
	}
	if len(head) > maxHead || len(m.Data) > maxData {
		return nil, fmt.Errorf("encoding a %s frame of %d and %d bytes: %w", m.Op, len(head), len(m.Data), errFrame)
	}
	b := make([]byte, prefix, prefix+len(head)+len(m.Data))
	binary.BigEndian.PutUint32(b, uint32(len(head)))
	binary.BigEndian.PutUint32(b[4:], uint32(len(m.Data)))
	return append(append(b, head...), m.Data...), nil
}

// decode reads one frame. It allocates no more than the bounds allow, whatever the lengths say.
func decode(r io.Reader) (message, error) {
	var lengths [prefix]byte
	if _, err := io.ReadFull(r, lengths[:]); err != nil {
		return message{}, err
	}
	head, data := binary.BigEndian.Uint32(lengths[:]), binary.BigEndian.Uint32(lengths[4:])
	if head > maxHead || data > maxData {
		return message{}, fmt.Errorf("reading a frame of %d and %d bytes: %w", head, data, errFrame)
	}
	body := make([]byte, int(head)+int(data))
	if _, err := io.ReadFull(r, body); err != nil {
		return message{}, fmt.Errorf("reading a frame: %w", errors.Join(errFrame, err))
	}
	var m message
	if err := json.Unmarshal(body[:head], &m); err != nil {
		return message{}, fmt.Errorf("reading a frame's head: %w", errors.Join(errFrame, err))
	}
	if data > 0 {
		m.Data = body[head:]
	}
	return m, nil
}
