package graph

import "time"

// Every default of the format stands here, and only here.
const (
	DefaultListen          = "127.0.0.1:8080"
	DefaultHTTPS           = "127.0.0.1:8443"
	DefaultRouteTimeout    = 30 * time.Second
	DefaultCallTimeout     = 15 * time.Second
	DefaultAttempts        = 2
	DefaultReplicas        = 1
	MaxReplicas            = 64
	DefaultGrace           = 10 * time.Second
	DefaultProtocol        = Auto
	DefaultHealthInterval  = 2 * time.Second
	DefaultHealthTimeout   = time.Second
	DefaultHealthThreshold = 3
	DefaultHealthWithin    = 60 * time.Second
	DefaultEnvironment     = Local
	DefaultTelemetryMemory = 128 << 20
	DefaultKeepFor         = 24 * time.Hour
	DefaultKeepSize        = 64 << 20
	DefaultKeepMetricsFor  = 15 * 24 * time.Hour
	DefaultKeepMetricsSize = 256 << 20
)
