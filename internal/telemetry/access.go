package telemetry

import (
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
)

// accessOf is the record of a request as a line: at the gateway the gateway's, between services the callee's.
func accessOf(x *signal.Exchange) signal.Line {
	line := signal.Line{
		At: x.Start.Add(x.Times.Total), Service: x.Callee, Instance: x.Instance, Stream: Access, Level: signal.Info,
		Trace: x.Trace.Trace, Span: x.Trace.Span,
	}
	if x.Caller == Gateway {
		line.Service, line.Instance = Gateway, ""
	}
	if Failed(x) {
		line.Level = signal.Error
	}
	line.Text = accessText(x)
	line.Message = line.Text
	return line
}

func accessText(x *signal.Exchange) string {
	to := x.Instance
	if to == "" {
		to = x.Callee
	}
	b := make([]byte, 0, 96)
	b = append(append(append(b, x.Method...), ' '), x.Path...)
	b = strconv.AppendInt(append(b, ' '), int64(x.Status), 10)
	b = append(append(b, ' '), x.Times.Total.Round(10*time.Microsecond).String()...)
	b = append(append(b, ' '), x.Caller...)
	if to != "" {
		b = append(append(b, " → "...), to...)
	}
	if x.Tries > 1 {
		b = append(strconv.AppendInt(append(b, ' '), int64(x.Tries), 10), " tries"...)
	}
	if message := messageOf(x); message != "" {
		b = append(append(b, ": "...), message...)
	}
	return string(b)
}
