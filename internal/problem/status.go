package problem

import "github.com/banyan-run/banyan/internal/diag"

// statuses gives each code of the request path and of the control API its status (RFC 9110 §15); others are 500.
var statuses = map[diag.Code]int{
	diag.CallNotDeclared:  403,
	diag.CallNotAllowed:   403,
	diag.WrongHost:        403,
	diag.NoRoute:          404,
	diag.MethodNotAllowed: 405,
	diag.NotInContract:    404,
	diag.BadRequest:       400,
	diag.BadPath:          400,
	diag.HeadTooLarge:     431,
	diag.BodyTooLarge:     413,
	diag.RequestTimeout:   408,
	diag.NoInstance:       503,
	diag.ConnectFailed:    502,
	diag.UpstreamReset:    502,
	diag.UpstreamTimeout:  504,
	diag.BadAnswer:        502,
	// nginx's number for a client that left; nobody receives it, it stands in the access log.
	diag.ClientGone:     499,
	diag.NotRunning:     503,
	diag.AlreadyRunning: 409,
	diag.NoSuchService:  404,
	diag.Unauthorized:   401,
	diag.ForeignOrigin:  403,
	diag.BadArgument:    400,
	diag.NoSuchTrace:    404,
	diag.WaitExpired:    504,
	diag.Unsupported:    501,
	diag.NoSuchThing:    404,
	diag.NoSuchTask:     404,
	diag.StateUnusable:  507,
	diag.BadValue:       422,
}

// StatusOf is the HTTP status of a cause.
func StatusOf(c *Cause) int {
	if c.Status != 0 {
		return c.Status
	}
	if status, known := statuses[c.Code]; known {
		return status
	}
	return 500
}

// revealing says which codes' details name services, which an outside client is not told.
func revealing(code diag.Code) bool {
	switch code {
	case diag.CallNotDeclared, diag.CallNotAllowed, diag.WrongHost, diag.NotInContract, diag.NoInstance, diag.ConnectFailed,
		diag.UpstreamReset, diag.UpstreamTimeout, diag.BadAnswer, diag.Internal:
		return true
	}
	return false
}
