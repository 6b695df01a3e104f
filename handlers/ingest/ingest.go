// Package ingest takes what load generators report, by the contract that
// package metrics documents.
package ingest

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"plog.dev/plog/domain"
	"plog.dev/plog/domain/metrics"
)

const (
	maxBody     = 16 << 20 // bytes as sent
	maxInflated = 64 << 20 // bytes of the batch
	gateWait    = 20 * time.Second
)

// Hub is where batches go.
type Hub interface {
	TokenHash(ctx context.Context, run domain.RunID) (string, error) // NotFound
	Ingest(ctx context.Context, run domain.RunID, batch metrics.Batch) (metrics.Reply, error)
	Gate(ctx context.Context, run domain.RunID, instance string) (metrics.Reply, error)
}

type handler struct{ hub Hub }

// Register adds POST /runs/:run/batches and POST /runs/:run/gate to g. They
// authenticate by the run's token, so g needs no session and no CSRF check.
func Register(g *echo.Group, h Hub) {
	in := handler{hub: h}
	runs := g.Group("/runs/:run", signed, in.authorize)
	runs.POST("/batches", in.batch)
	runs.POST("/gate", in.gate)
}

func (h handler) batch(c echo.Context) error {
	req := c.Request()
	if v := req.Header.Get(metrics.IngestVersionHeader); v != metrics.IngestVersion {
		return echo.NewHTTPError(http.StatusBadRequest,
			fmt.Sprintf("This PLOG takes %s %s, not %q.", metrics.IngestVersionHeader, metrics.IngestVersion, v))
	}
	if e := req.Header.Get(echo.HeaderContentEncoding); e != "gzip" {
		return echo.NewHTTPError(http.StatusUnsupportedMediaType, "Send the batch with Content-Encoding: gzip.")
	}
	batch, err := metrics.DecodeBatch(http.MaxBytesReader(c.Response(), req.Body, maxBody), maxInflated)
	if err != nil {
		return decodeError(err)
	}
	reply, err := h.hub.Ingest(req.Context(), runOf(c), batch)
	if err != nil {
		return answer(err)
	}
	return c.JSON(http.StatusOK, reply)
}

func (h handler) gate(c echo.Context) error {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(c.Response(), c.Request().Body, 1<<10)); err != nil {
		return decodeError(err)
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), gateWait)
	defer cancel()
	reply, err := h.hub.Gate(ctx, runOf(c), c.QueryParam("instance"))
	if err != nil {
		return answer(err)
	}
	return c.JSON(http.StatusOK, reply)
}

// signed gives every answer, errors too, the header by which instances tell
// PLOG from another server at its address. Errors of the contract are answered
// here: people's error pages know fewer statuses.
func signed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(metrics.IngestVersionHeader, metrics.IngestVersion)
		err := next(c)
		var told *echo.HTTPError
		if errors.As(err, &told) && !c.Response().Committed {
			return c.JSON(told.Code, map[string]any{"message": told.Message})
		}
		return err
	}
}

func (h handler) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		token, ok := strings.CutPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
		if !ok {
			return echo.NewHTTPError(http.StatusUnauthorized, "Send the run's token as Authorization: Bearer.")
		}
		want, err := h.hub.TokenHash(c.Request().Context(), runOf(c))
		if err != nil {
			return answer(err)
		}
		sum := sha256.Sum256([]byte(token))
		if subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(want)) != 1 {
			return echo.NewHTTPError(http.StatusUnauthorized, "This is not the run's token.")
		}
		return next(c)
	}
}

func runOf(c echo.Context) domain.RunID { return domain.RunID(c.Param("run")) }

func decodeError(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return echo.NewHTTPError(http.StatusRequestEntityTooLarge, "The batch is too large.").SetInternal(err)
	}
	return echo.NewHTTPError(http.StatusBadRequest, "The batch cannot be read.").SetInternal(err)
}

// answer gives an error the status that the contract promises instances.
func answer(err error) error {
	if errors.Is(err, metrics.ErrOver) {
		return echo.NewHTTPError(http.StatusGone, metrics.ErrOver.Message.String())
	}
	switch domain.CodeOf(err) {
	case domain.NotFound:
		return echo.NewHTTPError(http.StatusNotFound, "There is no such run.")
	case domain.Unavailable:
		return echo.NewHTTPError(http.StatusServiceUnavailable, "The batch cannot be taken now. Try again.").SetInternal(err)
	case domain.Invalid:
		return echo.NewHTTPError(http.StatusBadRequest, "The batch cannot be used.").SetInternal(err)
	}
	return err
}
