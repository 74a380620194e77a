//! The products and orders of the market, in memory.

use indexmap::IndexMap;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};

use crate::catalogue::{PRODUCTS, Product};

/// Largest quantity of an order.
pub(super) const MAX_QUANTITY: u32 = 100;

/// Largest number of orders; the oldest are dropped.
const MAX_ORDERS: usize = 1000;

/// The status of an order.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Pending,
    Approved,
    Rejected,
    Shipped,
}

impl Status {
    /// Pending orders can be approved or rejected, approved ones shipped.
    pub(super) fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Pending, Self::Approved | Self::Rejected) | (Self::Approved, Self::Shipped))
    }
}

/// One order.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Order {
    pub(super) id: String,
    /// Okta user id of the buyer; absent for a service.
    pub(super) user_id: Option<String>,
    pub(super) ordered_by: String,
    pub(super) product: String,
    pub(super) quantity: u32,
    /// Cents.
    pub(super) total: u64,
    pub(super) status: Status,
}

/// Why the status of an order cannot change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ChangeError {
    Unknown,
    From(Status),
}

/// The orders.
#[derive(Debug)]
pub(super) struct Store {
    orders: RwLock<OrderTable>,
}

#[derive(Debug, Default)]
struct OrderTable {
    last_number: u32,
    orders: IndexMap<String, Order>,
}

impl OrderTable {
    fn add(&mut self, user_id: Option<&str>, ordered_by: &str, product: &Product, quantity: u32) -> Order {
        self.last_number += 1;
        let order = Order {
            id: format!("order-{}", self.last_number),
            user_id: user_id.map(str::to_owned),
            ordered_by: ordered_by.to_owned(),
            product: product.id.to_owned(),
            quantity,
            total: product.total(quantity),
            status: Status::Pending,
        };
        self.orders.insert(order.id.clone(), order.clone());
        if self.orders.len() > MAX_ORDERS {
            self.orders.shift_remove_index(0);
        }
        order
    }
}

impl Store {
    /// Starts with one order of another user, so that "all orders" and "my orders" differ.
    pub(super) fn seeded() -> Self {
        let mut orders = OrderTable::default();
        orders.add(Some("00usomebodyelse05d7"), "somebody.else@example.test", &PRODUCTS[1], 6);
        Self { orders: RwLock::new(orders) }
    }

    pub(super) fn create(&self, user_id: Option<&str>, ordered_by: &str, product: &Product, quantity: u32) -> Order {
        self.orders.write().add(user_id, ordered_by, product, quantity)
    }

    pub(super) fn all(&self) -> Vec<Order> {
        self.orders.read().orders.values().cloned().collect()
    }

    pub(super) fn of_user(&self, user_id: &str) -> Vec<Order> {
        let orders = self.orders.read();
        orders.orders.values().filter(|order| order.user_id.as_deref() == Some(user_id)).cloned().collect()
    }

    pub(super) fn change(&self, id: &str, next: Status) -> Result<Order, ChangeError> {
        let mut orders = self.orders.write();
        let order = orders.orders.get_mut(id).ok_or(ChangeError::Unknown)?;
        if !order.status.may_become(next) {
            return Err(ChangeError::From(order.status));
        }
        order.status = next;
        Ok(order.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_approved_then_shipped_and_no_other_way() {
        let store = Store::seeded();
        let order = store.create(Some("00u1"), "a", &PRODUCTS[0], 2);
        assert_eq!((order.total, order.status), (1380, Status::Pending));
        assert_eq!(store.change(&order.id, Status::Shipped).unwrap_err(), ChangeError::From(Status::Pending));
        assert_eq!(store.change(&order.id, Status::Approved).unwrap().status, Status::Approved);
        assert_eq!(store.change(&order.id, Status::Shipped).unwrap().status, Status::Shipped);
        assert_eq!(store.change("order-none", Status::Shipped).unwrap_err(), ChangeError::Unknown);
        assert_eq!(store.of_user("00u1").len(), 1);
        assert_eq!(store.all().len(), 2);
    }
}
