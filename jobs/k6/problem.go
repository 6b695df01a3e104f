package k6

import (
	"strings"
	"time"

	"plog.dev/plog/domain"
)

// The classes of k6's error codes that PLOG tells apart
// (https://grafana.com/docs/k6/latest/javascript-api/error-codes/).
const (
	codeGeneric     = 1000
	codeInvalidURL  = 1020
	codeTimeout     = 1050
	codeDNS         = 1100
	codeBlocked     = 1110
	codeBlockedHost = 1111
	codeBrokenPipe  = 1201
	codeDialTimeout = 1211
	codeRefused     = 1212
	codeReset       = 1220
	codeTLS         = 1300
	codeAuthority   = 1310
	codeHostname    = 1311
	codeHTTP2       = 1600
	codeBody        = 1701 // an answer that cannot be decompressed
)

// problem says why there was no answer, or not a whole one. detail is k6's own
// wording, without secrets.
func problem(code int, detail string, timeout time.Duration) domain.Message {
	say := func(key, text string) domain.Message {
		return domain.Msg("trial.problem."+key, text, "Detail", detail, "Code", code, "Timeout", timeout.String())
	}
	switch {
	case code == codeInvalidURL:
		return say("url", "The address is not valid: {{.Detail}}. Check the base URL and the path.")
	case code == codeTimeout:
		return say("timeout", "No complete answer within {{.Timeout}}. Check that the target is up, or allow more time in the plan's options.")
	case code == codeBlocked, code == codeBlockedHost:
		return say("blocked", "PLOG does not connect to this address: {{.Detail}}. It is outside of what may be tested; an administrator can add the host to the allowed ones.")
	case code/100 == codeDNS/100:
		return say("dns", "The host's name cannot be found: {{.Detail}}. Check the base URL.")
	case code == codeRefused:
		return say("refused", "The connection was refused: nothing listens there. Check that the target runs, and the port of the base URL.")
	case code == codeDialTimeout:
		return say("unreachable", "The host cannot be reached. Check its address, and that no firewall stands between.")
	case code == codeReset, code == codeBrokenPipe, code == codeGeneric && strings.HasSuffix(detail, "EOF"):
		return say("reset", "The target closed the connection before it answered. Check its log, and that the base URL has the right scheme (http or https).")
	case code == codeAuthority:
		return say("authority", "The target's certificate is of an authority that this machine does not know. Accept any certificate in the plan's options, or add the authority with SSL_CERT_FILE.")
	case code == codeHostname:
		return say("hostname", "The target's certificate is for another host: {{.Detail}}. Use the host of the certificate, or accept any in the plan's options.")
	case code/100 == codeTLS/100:
		return say("tls", "No secure connection could be made: {{.Detail}}. Check that the base URL has the right scheme (http or https).")
	case code/100 == codeHTTP2/100:
		return say("http2", "The HTTP/2 connection broke: {{.Detail}}. Try again, and look into the target's log.")
	case code >= codeBody:
		return say("body", "The answer's body could not be read: {{.Detail}}. Its Content-Encoding may not fit its bytes.")
	case code/10 == 121, code/10 == 101, code/100 == 12:
		return say("network", "The connection failed: {{.Detail}} (code {{.Code}}). Check the base URL and the network.")
	}
	return say("unknown", "The request failed: {{.Detail}} (code {{.Code}}).")
}
