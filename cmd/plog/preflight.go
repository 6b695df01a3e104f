package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"net/url"
	"strings"
	"syscall"
	"time"

	"plog.dev/plog/domain/loadtest"
	"plog.dev/plog/domain/target"
)

const preflightTimeout = 15 * time.Second

// preflight sends every step of the plan once and says how it was answered. It
// fails only when ctx ends: how bad answers are is for the load to show.
func preflight(ctx context.Context, w io.Writer, policy target.Policy, plan loadtest.Plan) error {
	client := preflightClient(policy, plan)
	defer client.CloseIdleConnections()
	for _, scenario := range plan.Scenarios {
		for _, step := range scenario.Steps {
			began := time.Now()
			status, err := send(ctx, client, plan, step)
			if ctx.Err() != nil {
				return &exitStatus{code: exitAborted, err: fmt.Errorf("interrupted before the load: %w", ctx.Err())}
			}
			if err != nil {
				status = err.Error()
			}
			fmt.Fprintf(w, "preflight  %-40s %s  %d ms\n", step.Label(), status, time.Since(began).Milliseconds())
		}
	}
	return nil
}

// preflightClient checks addresses where they are known for certain: on connecting.
func preflightClient(policy target.Policy, plan loadtest.Plan) *http.Client {
	dialer := &net.Dialer{Timeout: preflightTimeout}
	host := ""
	if u, err := url.Parse(plan.BaseURL); err == nil {
		host = u.Hostname()
	}
	dialer.Control = func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return policy.CheckHostAddr(host, to.Addr())
	}
	return &http.Client{Timeout: preflightTimeout, Transport: &http.Transport{
		DialContext:     dialer.DialContext,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: plan.Options.InsecureTLS}, //nolint:gosec // the plan's own wish
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func send(ctx context.Context, client *http.Client, plan loadtest.Plan, step loadtest.Step) (status string, err error) {
	req, err := request(ctx, plan, step)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<20))
	return res.Status, err
}

// request is what the k6 script sends for a step.
func request(ctx context.Context, plan loadtest.Plan, step loadtest.Step) (*http.Request, error) {
	path := step.Path
	for _, p := range step.Request.PathParams {
		value := p.Value
		if !p.AllowReserved {
			value = url.PathEscape(value)
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", value)
	}
	body, mediaType, err := bodyOf(step.Request.Body)
	if err != nil {
		return nil, err
	}
	query := queryOf(step.Request.Query)
	req, err := http.NewRequestWithContext(ctx, step.Method, strings.TrimSuffix(plan.BaseURL, "/")+path+query, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	for _, h := range plan.Headers {
		req.Header.Set(h.Name, h.Value)
	}
	for _, h := range step.Request.Headers {
		req.Header.Set(h.Name, h.Value)
	}
	for _, c := range step.Request.Cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value}) //nolint:gosec // sent, not set
	}
	return req, nil
}

func queryOf(params []loadtest.Param) string {
	var parts []string
	for _, p := range params {
		value := p.Value
		if !p.AllowReserved {
			value = url.QueryEscape(value)
		}
		parts = append(parts, url.QueryEscape(p.Name)+"="+value)
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

func bodyOf(b *loadtest.Body) (content []byte, mediaType string, err error) {
	if b == nil {
		return nil, "", nil
	}
	switch b.Kind {
	case loadtest.BodyForm:
		values := url.Values{}
		for _, f := range b.Fields {
			values.Add(f.Name, f.Value)
		}
		return []byte(values.Encode()), "application/x-www-form-urlencoded", nil
	case loadtest.BodyMultipart:
		return multipartOf(b.Fields)
	case loadtest.BodyBinary:
		content, err = base64.StdEncoding.DecodeString(b.Base64)
		return content, b.MediaType, err
	}
	return []byte(b.Text), b.MediaType, nil
}

func multipartOf(fields []loadtest.Field) (content []byte, mediaType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		disposition := fmt.Sprintf(`form-data; name=%q`, f.Name)
		if f.FileName != "" {
			disposition += fmt.Sprintf(`; filename=%q`, f.FileName)
		}
		header := textproto.MIMEHeader{"Content-Disposition": {disposition}}
		if f.MediaType != "" {
			header.Set("Content-Type", f.MediaType)
		}
		value := []byte(f.Value)
		if f.Base64 != "" {
			if value, err = base64.StdEncoding.DecodeString(f.Base64); err != nil {
				return nil, "", fmt.Errorf("field %s: %w", f.Name, err)
			}
		}
		part, err := w.CreatePart(header)
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(value); err != nil {
			return nil, "", err
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}
