package shop

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

var productOrders = []string{"id", "name", "price", "-price", "-rating"}

func productID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("productId"), 10, 64)
	if err != nil {
		return 0, badRequest("%q is no product id.", r.PathValue("productId"))
	}
	return id, nil
}

func (s *Shop) listProducts(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	text := strings.ToLower(q.values.Get("q"))
	number, limit := q.paging()
	order := q.oneOf("sort", "id", productOrders)
	category := q.oneOf("category", "", categories)
	if err := q.err(); err != nil {
		return err
	}
	found := s.catalog.filter(func(p *Product) bool {
		return (category == "" || p.Category == category) && strings.Contains(p.folded, text)
	})
	sortProducts(found, order)
	return writeJSON(w, http.StatusOK, cut(found, number, limit))
}

func (s *Shop) searchProducts(w http.ResponseWriter, r *http.Request) error {
	q := readParams(r.URL.Query())
	text := strings.ToLower(strings.TrimSpace(q.values.Get("q")))
	if text == "" {
		q.wrong["q"] = "is required"
	}
	lowest := int64(q.integer("min_price", 0, 0, 100_000_000))
	highest := int64(q.integer("max_price", 100_000_000, 0, 100_000_000))
	number, limit := q.paging()
	tags := q.values["tag"]
	if err := q.err(); err != nil {
		return err
	}
	found := s.catalog.filter(func(p *Product) bool {
		return p.Price >= lowest && p.Price <= highest && strings.Contains(p.folded, text) &&
			!slices.ContainsFunc(tags, func(tag string) bool { return !slices.Contains(p.Tags, tag) })
	})
	return writeJSON(w, http.StatusOK, cut(found, number, limit))
}

func (s *Shop) listCategory(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("category")
	if at := slices.Index(categoriesKo, name); at >= 0 {
		name = categories[at]
	}
	if !slices.Contains(categories, name) {
		return notFound("There is no category %q.", name)
	}
	q := readParams(r.URL.Query())
	number, limit := q.paging()
	if err := q.err(); err != nil {
		return err
	}
	found := s.catalog.filter(func(p *Product) bool { return p.Category == name })
	return writeJSON(w, http.StatusOK, cut(found, number, limit))
}

func sortProducts(products []*Product, order string) {
	by := map[string]func(a, b *Product) int{
		"name":    func(a, b *Product) int { return cmp.Compare(a.Name, b.Name) },
		"price":   func(a, b *Product) int { return cmp.Compare(a.Price, b.Price) },
		"-price":  func(a, b *Product) int { return cmp.Compare(b.Price, a.Price) },
		"-rating": func(a, b *Product) int { return cmp.Compare(b.Rating, a.Rating) },
	}[order]
	if by != nil {
		slices.SortStableFunc(products, by)
	}
}

func (s *Shop) product(r *http.Request) (*Product, error) {
	id, err := productID(r)
	if err != nil {
		return nil, err
	}
	return s.catalog.get(id)
}

func (s *Shop) getProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, p)
}

func (s *Shop) headProduct(w http.ResponseWriter, r *http.Request) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	w.Header().Set("X-Stock", strconv.Itoa(p.Stock))
	return writeJSON(w, http.StatusOK, p)
}

func (s *Shop) createProduct(w http.ResponseWriter, r *http.Request) error {
	var in productInput
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	now := s.now()
	p, err := (&Product{ReleasedOn: now.Format(dateLayout)}).apply(in, true, now)
	if err != nil {
		return err
	}
	p = s.catalog.create(p.named())
	w.Header().Set("Location", fmt.Sprintf("/products/%d", p.ID))
	return writeJSON(w, http.StatusCreated, p)
}

// named gives a new product its stock-keeping unit.
func (p *Product) named() *Product {
	sum := sha256.Sum256([]byte(p.Name))
	p.SKU = fmt.Sprintf("%s-%06d", strings.ToUpper(p.Category[:2]), (int(sum[0])<<16|int(sum[1])<<8|int(sum[2]))%1_000_000)
	return p
}

func (s *Shop) replaceProduct(w http.ResponseWriter, r *http.Request) error {
	return s.editProduct(w, r, true)
}

func (s *Shop) patchProduct(w http.ResponseWriter, r *http.Request) error {
	return s.editProduct(w, r, false)
}

func (s *Shop) editProduct(w http.ResponseWriter, r *http.Request, whole bool) error {
	p, err := s.product(r)
	if err != nil {
		return err
	}
	var in productInput
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	p, err = p.apply(in, whole, s.now())
	if err != nil {
		return err
	}
	s.catalog.replace(p)
	return writeJSON(w, http.StatusOK, p)
}

func (s *Shop) deleteProduct(w http.ResponseWriter, r *http.Request) error {
	id, err := productID(r)
	if err != nil {
		return err
	}
	if err := s.catalog.remove(id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
