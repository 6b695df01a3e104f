// Package shop is a small web shop API, in memory: products, a cart, orders, accounts and reports.
//
// It is made to be load-tested. Every plausible id reads, what is written is kept only up to a fixed
// number of entries, and the operations are exactly those of Document.
package shop

import (
	_ "embed" // Document
	"net/http"
	"time"
)

// Document is the OpenAPI 3.1 description of the shop, as YAML.
//
//go:embed openapi.yaml
var Document []byte

// Route is one operation of the shop.
type Route struct {
	Method  string
	Path    string // a template such as /products/{productId}, the same in net/http and OpenAPI
	Handler http.Handler
}

// Name returns the method and the path template: "GET /products/{productId}".
func (r Route) Name() string { return r.Method + " " + r.Path }

// SlowReport is the operation that is meant to be slow; whoever serves the shop makes it so.
const SlowReport = "GET /reports/sales"

// Shop holds the state of the shop. It is safe for concurrent use.
type Shop struct {
	catalog  *catalog
	carts    *carts
	orders   *orders
	accounts *accounts
	guard    guard
	now      func() time.Time
}

// New returns a shop with its built-in products.
func New() *Shop {
	return &Shop{
		catalog:  newCatalog(),
		carts:    newCarts(),
		orders:   newOrders(),
		accounts: newAccounts(),
		guard:    newGuard(),
		now:      func() time.Time { return time.Now().UTC().Truncate(time.Millisecond) },
	}
}

// Routes returns every operation of the shop.
func (s *Shop) Routes() []Route {
	return []Route{
		{http.MethodGet, "/products", open(s.listProducts)},
		{http.MethodPost, "/products", s.member(s.createProduct)},
		{http.MethodGet, "/search", open(s.searchProducts)},
		{http.MethodGet, "/products/{productId}", open(s.getProduct)},
		{http.MethodHead, "/products/{productId}", open(s.headProduct)},
		{http.MethodPut, "/products/{productId}", s.member(s.replaceProduct)},
		{http.MethodPatch, "/products/{productId}", s.member(s.patchProduct)},
		{http.MethodDelete, "/products/{productId}", s.member(s.deleteProduct)},
		{http.MethodPost, "/products/{productId}/picture", s.member(s.uploadPicture)},
		{http.MethodGet, "/products/{productId}/picture", open(s.getPicture)},
		{http.MethodGet, "/categories/{category}/products", open(s.listCategory)},

		{http.MethodGet, "/cart", open(s.getCart)},
		{http.MethodDelete, "/cart", open(s.emptyCart)},
		{http.MethodPost, "/cart/items", open(s.addCartItem)},
		{http.MethodPatch, "/cart/items/{productId}", open(s.changeCartItem)},
		{http.MethodDelete, "/cart/items/{productId}", open(s.removeCartItem)},
		{http.MethodGet, "/shipping-quote", open(s.quoteShipping)},

		{http.MethodPost, "/orders", s.member(s.placeOrder)},
		{http.MethodGet, "/orders", s.member(s.listOrders)},
		{http.MethodGet, "/orders/{orderId}", s.member(s.getOrder)},
		{http.MethodPost, "/orders/{orderId}/cancel", s.member(s.cancelOrder)},

		{http.MethodPost, "/login", open(s.logIn)},
		{http.MethodGet, "/account", s.member(s.getAccount)},
		{http.MethodPatch, "/account", s.member(s.patchAccount)},
		{http.MethodPost, "/newsletter", open(s.subscribe)},

		{http.MethodGet, "/reports/sales", open(s.reportSales)},
		{http.MethodGet, "/reports/top-products", open(s.reportTopProducts)},
		{http.MethodGet, "/reports/orders.csv", s.member(s.exportOrders)},
	}
}
