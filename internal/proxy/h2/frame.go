package h2

import (
	"encoding/binary"

	"golang.org/x/net/http2"
)

// The sizes of this package, in bytes.
const (
	// frameSize is what SETTINGS_MAX_FRAME_SIZE is until a peer says more, and what is asked of peers (RFC 9113 §6.5.2).
	frameSize = 16 << 10
	// firstWindow is what both windows are until a peer says otherwise (RFC 9113 §6.9.2).
	firstWindow = 64<<10 - 1
	// mostWindow is the largest that a window may be (RFC 9113 §6.9.1).
	mostWindow = 1<<31 - 1
)

// appendFrame appends the nine octets before a frame's payload (RFC 9113 §4.1).
func appendFrame(out []byte, length int, kind http2.FrameType, flags http2.Flags, stream uint32) []byte {
	out = append(out, byte(length>>16), byte(length>>8), byte(length), byte(kind), byte(flags))
	return binary.BigEndian.AppendUint32(out, stream)
}

func appendSettings(out []byte, settings ...http2.Setting) []byte {
	out = appendFrame(out, 6*len(settings), http2.FrameSettings, 0, 0)
	for _, s := range settings {
		out = binary.BigEndian.AppendUint16(out, uint16(s.ID))
		out = binary.BigEndian.AppendUint32(out, s.Val)
	}
	return out
}

func appendSettingsAck(out []byte) []byte {
	return appendFrame(out, 0, http2.FrameSettings, http2.FlagSettingsAck, 0)
}

func appendWindow(out []byte, stream, by uint32) []byte {
	return binary.BigEndian.AppendUint32(appendFrame(out, 4, http2.FrameWindowUpdate, 0, stream), by)
}

func appendReset(out []byte, stream uint32, code http2.ErrCode) []byte {
	return binary.BigEndian.AppendUint32(appendFrame(out, 4, http2.FrameRSTStream, 0, stream), uint32(code))
}

func appendPing(out []byte, ack bool, data [8]byte) []byte {
	var flags http2.Flags
	if ack {
		flags = http2.FlagPingAck
	}
	return append(appendFrame(out, len(data), http2.FramePing, flags, 0), data[:]...)
}

func appendGoAway(out []byte, last uint32, code http2.ErrCode) []byte {
	out = appendFrame(out, 8, http2.FrameGoAway, 0, 0)
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(out, last), uint32(code))
}

// appendHead frames a header block, by CONTINUATION where it is larger than a frame may be (RFC 9113 §4.3).
func appendHead(out []byte, stream uint32, block []byte, end bool, most int) []byte {
	kind, flags := http2.FrameHeaders, http2.Flags(0)
	if end {
		flags = http2.FlagHeadersEndStream
	}
	for {
		part := block[:min(len(block), most)]
		block = block[len(part):]
		if len(block) == 0 {
			flags |= http2.FlagHeadersEndHeaders // of the same value as CONTINUATION's
		}
		out = append(appendFrame(out, len(part), kind, flags, stream), part...)
		if len(block) == 0 {
			return out
		}
		kind, flags = http2.FrameContinuation, 0
	}
}

func appendData(out []byte, stream uint32, p []byte, end bool) []byte {
	var flags http2.Flags
	if end {
		flags = http2.FlagDataEndStream
	}
	return append(appendFrame(out, len(p), http2.FrameData, flags, stream), p...)
}
