//! The products of the market.

use serde::Serialize;

/// Orders of more than this need a sign-in with two factors, in cents.
const LARGE_ORDER: u64 = 100_000;

/// One product.
#[derive(Debug, Serialize)]
pub(crate) struct Product {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// Cents.
    pub(crate) price: u32,
    pub(crate) premium: bool,
}

impl Product {
    /// Cents.
    pub(crate) fn total(&self, quantity: u32) -> u64 {
        u64::from(self.price) * u64::from(quantity)
    }

    /// Whether an order needs a sign-in with two factors.
    pub(crate) fn is_large_order(&self, quantity: u32) -> bool {
        self.total(quantity) > LARGE_ORDER
    }
}

/// All products.
pub(crate) const PRODUCTS: &[Product] = &[
    Product { id: "field-notebook", name: "Field notebook", price: 690, premium: false },
    Product { id: "enamel-mug", name: "Enamel mug", price: 1250, premium: false },
    Product { id: "canvas-bag", name: "Canvas bag", price: 2400, premium: false },
    Product { id: "brass-lamp", name: "Brass lamp", price: 8900, premium: true },
    Product { id: "walnut-desk", name: "Walnut desk", price: 64000, premium: true },
];

/// The product with this id.
pub(crate) fn product(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}
