package k6

import "strings"

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~" // RFC 3986, 2.3

	// reservedInPath and reservedInQuery stay as they are where a parameter
	// allows reserved characters, but for those that would end its place.
	reservedInPath  = ":/@!$&'()*+,;="
	reservedInQuery = ":/?@!$'()*,;=[]"

	// template is what a path template may hold beside its parameters.
	template = reservedInPath + "?"

	// cookieOctets need no encoding in a cookie's value (RFC 6265, 4.1.1), but
	// for "%", which would be taken for the start of an encoded byte.
	cookieOctets = "!#$&'()*+-./:<=>?@[]^_`{|}~"
)

// percent encodes every byte of s that is neither unreserved nor in keep. With
// triplets an encoded byte, such as %2F, stays as it is.
func percent(s, keep string, triplets bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case strings.IndexByte(unreserved, c) >= 0, strings.IndexByte(keep, c) >= 0:
			b.WriteByte(c)
		case triplets && c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
