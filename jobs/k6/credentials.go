package k6

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"plog.dev/plog/domain/loadtest"
)

// part is a piece of a text that holds a secret or a token: Text, then the
// secret or the token, written as As says.
type part struct {
	Text   string   `json:"text,omitempty"`
	Secret *int     `json:"secret,omitempty"` // index into Secrets
	Token  *int     `json:"token,omitempty"`  // index into Tokens
	As     encoding `json:"as,omitempty"`
}

type encoding string

const (
	asQuery  encoding = "query"  // percent-encoded
	asBasic  encoding = "basic"  // RFC 7617, Text and the secret together
	asClient encoding = "client" // the same, of the percent-encoded secret (RFC 6749, 2.3.1)
)

// grant is how the script asks for an access token.
type grant struct {
	Scheme  string   `json:"scheme"`
	URL     string   `json:"url"`
	Headers []header `json:"headers"`
	Body    []part   `json:"body"`
}

// grants returns the token requests of a plan, and by scheme where they are.
func grants(p loadtest.Plan, secrets *secretList) ([]grant, map[string]int) {
	var all []grant
	places := map[string]int{}
	for _, c := range p.Auth {
		if c.Kind.Fetched() {
			places[c.Scheme] = len(all)
			all = append(all, grantOf(c, secrets))
		}
	}
	return all, places
}

func grantOf(c loadtest.Credential, secrets *secretList) grant {
	g := grant{Scheme: c.Scheme, URL: c.TokenURL, Headers: []header{
		{Name: "Content-Type", Value: "application/x-www-form-urlencoded"},
		{Name: "Accept", Value: "application/json"},
	}}
	var form strings.Builder // ends where a secret begins
	add := func(name, value string) {
		if form.Len() > 0 || len(g.Body) > 0 {
			form.WriteByte('&')
		}
		form.WriteString(name + "=" + percent(value, "", false))
	}
	addSecret := func(name string, secret *int) {
		add(name, "")
		g.Body = append(g.Body, part{Text: form.String(), Secret: secret, As: asQuery})
		form.Reset()
	}
	if c.Kind == loadtest.CredentialPassword {
		add("grant_type", "password")
		add("username", c.Username)
		addSecret("password", secrets.add(c.Password, "password of "+c.Scheme))
	} else {
		add("grant_type", "client_credentials")
	}
	if len(c.Scopes) > 0 {
		add("scope", strings.Join(c.Scopes, " "))
	}
	switch {
	case c.ClientID == "":
	case c.ClientSecret == "": // a public client says who it is and cannot prove it
		add("client_id", c.ClientID)
	case c.ClientAuth == loadtest.ClientAuthBody:
		add("client_id", c.ClientID)
		addSecret("client_secret", secrets.add(c.ClientSecret, "client secret of "+c.Scheme))
	default:
		id := percent(c.ClientID, "", false) + ":"
		secret := secrets.add(c.ClientSecret, "client secret of "+c.Scheme)
		secrets.derive(secret, id+percent(c.ClientSecret, "", false))
		g.Headers = append(g.Headers, header{Name: "Authorization", Parts: []part{{Text: id, Secret: secret, As: asClient}}})
	}
	if form.Len() > 0 {
		g.Body = append(g.Body, part{Text: form.String()})
	}
	return g
}

// carried are what a step's credentials add to its request.
type carried struct {
	headers []header
	cookies []header // by the cookies' names
	key     []part   // the end of the query
}

// carry returns the credentials of a step; tokens is where those are that are fetched.
func carry(p loadtest.Plan, s loadtest.Step, secrets *secretList, tokens map[string]int) carried {
	var c carried
	for _, cred := range p.CredentialsOf(s) {
		switch cred.Kind {
		case loadtest.CredentialAPIKey:
			c.addKey(cred, secrets.add(cred.Value, "key of "+cred.Scheme))
		case loadtest.CredentialBasic:
			secret := secrets.add(cred.Password, "password of "+cred.Scheme)
			secrets.derive(secret, cred.Username+":"+cred.Password)
			c.authorize(part{Text: cred.Username + ":", Secret: secret, As: asBasic})
		case loadtest.CredentialBearer:
			c.authorize(part{Text: "Bearer ", Secret: secrets.add(cred.Value, "token of "+cred.Scheme)})
		case loadtest.CredentialClient, loadtest.CredentialPassword:
			at := tokens[cred.Scheme]
			c.authorize(part{Text: "Bearer ", Token: &at})
		}
	}
	return c
}

func (c *carried) authorize(p part) {
	c.headers = append(c.headers, header{Name: "Authorization", Parts: []part{p}})
}

func (c *carried) addKey(cred loadtest.Credential, secret *int) {
	switch cred.In {
	case loadtest.InQuery:
		c.key = append(c.key, part{Text: "&" + percent(cred.Name, "", false) + "=", Secret: secret, As: asQuery})
	case loadtest.InCookie:
		c.cookies = append(c.cookies, header{Name: cred.Name, Parts: []part{{Secret: secret}}})
	default:
		c.headers = append(c.headers, header{Name: cred.Name, Parts: []part{{Secret: secret}}})
	}
}

// after returns the key as the end of the URL's query.
func (c carried) after(address string) []part {
	if len(c.key) == 0 || strings.Contains(address, "?") {
		return c.key
	}
	key := slices.Clone(c.key)
	key[0].Text = "?" + strings.TrimPrefix(key[0].Text, "&")
	return key
}

type secret struct {
	Env   string `json:"env"`
	Of    string `json:"of"` // what it is, in words
	value string
}

// secretList numbers the secrets of a plan, each once.
type secretList struct {
	all     []secret
	derived []string // variables for what is made of them, which nothing may show either
}

func (l *secretList) add(value, of string) *int {
	i := slices.IndexFunc(l.all, func(s secret) bool { return s.Of == of && s.value == value })
	if i < 0 {
		i = len(l.all)
		l.all = append(l.all, secret{Env: fmt.Sprint(SecretPrefix, i), Of: of, value: value})
	}
	return &i
}

// derive notes that a pair with the secret is sent in base64.
func (l *secretList) derive(i *int, pair string) {
	kv := fmt.Sprint(SecretPrefix, *i, "_PAIR=") + base64.StdEncoding.EncodeToString([]byte(pair))
	if !slices.Contains(l.derived, kv) {
		l.derived = append(l.derived, kv)
	}
}

func (l *secretList) list() []secret { return append([]secret{}, l.all...) }

func (l *secretList) env() []string {
	env := make([]string, len(l.all), len(l.all)+len(l.derived))
	for i, s := range l.all {
		env[i] = s.Env + "=" + s.value
	}
	return append(env, l.derived...)
}
