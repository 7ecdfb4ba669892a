package runner

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
)

// errHealthAnswer is an answer that is not a HealthCheckResponse.
var errHealthAnswer = errors.New("the answer is no grpc.health.v1.HealthCheckResponse")

// servingStatus are the names of grpc.health.v1.HealthCheckResponse.ServingStatus.
var servingStatus = []string{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"}

// probeGRPC calls grpc.health.v1.Health/Check over h2c (the GRPC Health Checking Protocol); only SERVING is healthy.
func probeGRPC(ctx context.Context, t Target) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+t.Address+"/grpc.health.v1.Health/Check",
		bytes.NewReader(grpcMessage(healthRequest(t.Service))))
	if err != nil {
		return fmt.Errorf("probing gRPC health: %w", err)
	}
	request.Header = http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "User-Agent": {"banyan-health"}}
	c, err := dialH2C(ctx, t.Address)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	answer, err := c.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("%s failed: %w", t, cause(err))
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxProbeBody))
	if err != nil {
		return fmt.Errorf("%s broke off: %w", t, cause(err))
	}
	return judgeHealth(t, answer, body)
}

// dialH2C opens a connection of HTTP/2 with prior knowledge. It is no pool's, so that it ends with the probe however that went.
func dialH2C(ctx context.Context, address string) (*http.ClientConn, error) {
	transport := &http.Transport{
		DisableCompression: true, Protocols: new(http.Protocols),
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) { return dial(ctx, address) },
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	return transport.NewClientConn(ctx, "http", address)
}

func judgeHealth(t Target, answer *http.Response, body []byte) error {
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered HTTP %d", t, answer.StatusCode)
	}
	status, message := answer.Trailer.Get("Grpc-Status"), answer.Trailer.Get("Grpc-Message")
	if status == "" { // an answer without a body has its trailers in the head
		status, message = answer.Header.Get("Grpc-Status"), answer.Header.Get("Grpc-Message")
	}
	switch status {
	case "0":
	case "12":
		return fmt.Errorf("%s: the server has no grpc.health.v1.Health service", t)
	case "5":
		return fmt.Errorf("%s: the server does not know this service", t)
	default:
		return fmt.Errorf("%s answered status %q %s", t, status, message)
	}
	serving, err := healthStatus(body)
	if err != nil {
		return fmt.Errorf("%s: %w", t, err)
	}
	if serving != 1 {
		return fmt.Errorf("%s answered %s", t, servingName(serving))
	}
	return nil
}

func servingName(status uint64) string {
	if status < uint64(len(servingStatus)) {
		return servingStatus[status]
	}
	return fmt.Sprintf("status %d", status)
}

// grpcMessage is the length-prefixed, uncompressed form of a message (gRPC over HTTP2, Length-Prefixed-Message).
func grpcMessage(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
}

// healthRequest is HealthCheckRequest{service = 1}.
func healthRequest(service string) []byte {
	if service == "" {
		return nil
	}
	return append(binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(service))), service...)
}

// healthStatus reads HealthCheckResponse{status = 1}; other fields are skipped, a missing one is 0.
func healthStatus(body []byte) (uint64, error) {
	if len(body) < 5 || body[0] != 0 || uint64(binary.BigEndian.Uint32(body[1:5])) != uint64(len(body)-5) {
		return 0, errHealthAnswer
	}
	var status uint64
	for rest := body[5:]; len(rest) > 0; {
		key, n := binary.Uvarint(rest)
		if n <= 0 {
			return 0, errHealthAnswer
		}
		rest = rest[n:]
		value, skip := binary.Uvarint(rest)
		switch {
		case key&7 == 0 && skip > 0:
		case key&7 == 2 && skip > 0 && value <= uint64(len(rest)-skip):
			skip += int(value)
		case key&7 == 1 && len(rest) >= 8:
			skip = 8
		case key&7 == 5 && len(rest) >= 4:
			skip = 4
		default:
			return 0, errHealthAnswer
		}
		if key == 1<<3 {
			status = value
		}
		rest = rest[skip:]
	}
	return status, nil
}
