package shop

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
)

const maxReportDays = 366

// reportSales is deterministic: the same question has the same answer.
func (s *Shop) reportSales(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	from := q.date("from", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	to := q.date("to", from.AddDate(0, 0, 30))
	group := q.oneOf("group_by", "day", []string{"day", "category"})
	days := int(to.Sub(from).Hours()/24) + 1
	if len(q.wrong) == 0 && (days < 1 || days > maxReportDays) {
		q.wrong["to"] = fmt.Sprintf("must be 0 to %d days after from", maxReportDays-1)
	}
	if err := q.err(); err != nil {
		return err
	}
	type row struct {
		Key     string `json:"key"`
		Orders  int64  `json:"orders"`
		Revenue int64  `json:"revenue_krw"`
	}
	var rows []row
	add := func(key string, seed int64) {
		orders := 40 + seed*31%60
		rows = append(rows, row{key, orders, orders * (27_000 + seed*97%9_000)})
	}
	if group == "category" {
		for i, category := range categories {
			add(category, int64(i+days))
		}
	} else {
		for i := range days {
			day := from.AddDate(0, 0, i)
			add(day.Format(dateLayout), int64(day.YearDay()))
		}
	}
	var total int64
	for _, one := range rows {
		total += one.Revenue
	}
	return writeJSON(w, http.StatusOK, struct {
		From  string `json:"from"`
		To    string `json:"to"`
		Group string `json:"group_by"`
		Rows  []row  `json:"rows"`
		Total int64  `json:"total_krw"`
	}{from.Format(dateLayout), to.Format(dateLayout), group, rows, total})
}

func (s *Shop) reportTopProducts(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	days := q.integer("days", 7, 1, 90)
	limit := q.integer("limit", 10, 1, 50)
	if err := q.err(); err != nil {
		return err
	}
	type row struct {
		Rank int      `json:"rank"`
		Sold int      `json:"sold"`
		Of   *Product `json:"product"`
	}
	products := s.catalog.filter(func(p *Product) bool { return p.ID <= listedProducts })
	slices.SortStableFunc(products, func(a, b *Product) int { return b.Stock - a.Stock })
	rows := make([]row, 0, limit)
	for i, p := range products[:limit] {
		rows = append(rows, row{Rank: i + 1, Sold: days * (60 - i), Of: p})
	}
	return writeJSON(w, http.StatusOK, struct {
		Days int   `json:"days"`
		Rows []row `json:"rows"`
	}{days, rows})
}

func (s *Shop) exportOrders(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	limit := q.integer("limit", 100, 1, 1000)
	if err := q.err(); err != nil {
		return err
	}
	email := emailOf(r)
	var text bytes.Buffer
	table := csv.NewWriter(&text)
	records := [][]string{{"id", "status", "recipient", "total_krw", "placed_at"}}
	for n := range limit {
		o := s.shippedOrder(uuid.NewSHA1(orderSpace, []byte{byte(n), byte(n >> 8)}), email)
		records = append(records, []string{
			o.ID.String(), o.Status, o.Address.Recipient, strconv.FormatInt(o.Total, 10), o.PlacedAt.Format(time.RFC3339),
		})
	}
	if err := table.WriteAll(records); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	w.Header().Set("Content-Disposition", `attachment; filename="orders.csv"`)
	return writeBody(w, http.StatusOK, "text/csv; charset=utf-8", text.Bytes())
}
