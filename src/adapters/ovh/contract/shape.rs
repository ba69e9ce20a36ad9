//! What a body that we read is made of, as its own deserializer tells it: field names, and the kind of each value.
//!
//! A deserializer without a text: it gives every field the least value that there is, and writes down what it was asked for.

use serde::de::value::{Error, StrDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Whatever comes is taken.
    Anything,
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Switch,
    /// One of these words.
    OneOf(Vec<&'static str>),
    /// Values of one kind.
    List(Box<Self>),
    /// It, or null, or absent.
    Optional(Box<Self>),
    /// An object with these fields.
    Object(Vec<(&'static str, Self)>),
}

impl Shape {
    /// The shape of a type.
    ///
    /// # Panics
    /// When the type does not take the least value of a field: no body of ours is so.
    pub fn of<T: DeserializeOwned>() -> Self {
        let mut shape = Self::Anything;
        T::deserialize(Tracer(&mut shape)).map(drop).expect("a body takes empty texts and zeros");
        shape
    }
}

struct Tracer<'a>(&'a mut Shape);

/// Methods that note a kind and give its least value.
macro_rules! note {
    ($($method:ident => $shape:expr, $visit:ident($value:expr);)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            *self.0 = $shape;
            visitor.$visit($value)
        })*
    };
}

impl<'de> Deserializer<'de> for Tracer<'_> {
    type Error = Error;

    note! {
        deserialize_str => Shape::Text, visit_str("");
        deserialize_string => Shape::Text, visit_str("");
        deserialize_bool => Shape::Switch, visit_bool(false);
        deserialize_i64 => Shape::Integer, visit_i64(0);
        deserialize_u64 => Shape::Integer, visit_u64(0);
        deserialize_u32 => Shape::Integer, visit_u32(0);
        deserialize_f64 => Shape::Number, visit_f64(0.0);
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        *self.0 = Shape::Anything;
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut inner = Shape::Anything;
        let value = visitor.visit_some(Tracer(&mut inner))?;
        *self.0 = Shape::Optional(Box::new(inner));
        Ok(value)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut element = Shape::Anything;
        let value = visitor.visit_seq(One { shape: &mut element, is_given: false })?;
        *self.0 = Shape::List(Box::new(element));
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let mut seen = Vec::new();
        let value = visitor.visit_map(Fields { left: fields.iter(), current: "", seen: &mut seen })?;
        *self.0 = Shape::Object(seen);
        Ok(value)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, words: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        *self.0 = Shape::OneOf(words.to_vec());
        visitor.visit_enum(First(words.first().copied().unwrap_or_default()))
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u128 f32 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct map identifier ignored_any
    }
}

/// A list of one.
struct One<'a> {
    shape: &'a mut Shape,
    is_given: bool,
}

impl<'de> SeqAccess<'de> for One<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        if std::mem::replace(&mut self.is_given, true) {
            return Ok(None);
        }
        seed.deserialize(Tracer(self.shape)).map(Some)
    }
}

/// Every field that the type names.
struct Fields<'a> {
    left: std::slice::Iter<'static, &'static str>,
    current: &'static str,
    seen: &'a mut Vec<(&'static str, Shape)>,
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = self.left.next() else {
            return Ok(None);
        };
        self.current = name;
        let key: StrDeserializer<'static, Error> = name.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let mut shape = Shape::Anything;
        let value = seed.deserialize(Tracer(&mut shape))?;
        self.seen.push((self.current, shape));
        Ok(value)
    }
}

/// The first word of an enum.
struct First(&'static str);

impl<'de> EnumAccess<'de> for First {
    type Error = Error;
    type Variant = Bare;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Bare), Error> {
        let word: StrDeserializer<'static, Error> = self.0.into_deserializer();
        Ok((seed.deserialize(word)?, Bare))
    }
}

/// A word with nothing in it; words with something in it are not read here.
struct Bare;

impl<'de> VariantAccess<'de> for Bare {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(Tracer(&mut Shape::Anything))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        some_name: Option<String>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        #[serde(rename = "IMAP")]
        imap: bool,
        list: Vec<Inner>,
        size: Option<f64>,
        anything: serde_json::Value,
        kind: crate::domain::DomainType,
    }

    #[test]
    fn a_type_tells_its_fields_by_the_names_that_travel() {
        let name = ("someName", Shape::Optional(Box::new(Shape::Text)));
        let expected = Shape::Object(vec![
            ("IMAP", Shape::Switch),
            ("list", Shape::List(Box::new(Shape::Object(vec![name])))),
            ("size", Shape::Optional(Box::new(Shape::Number))),
            ("anything", Shape::Anything),
            ("kind", Shape::OneOf(vec!["authoritative", "nonAuthoritative"])),
        ]);
        assert_eq!(Shape::of::<Outer>(), expected);
    }
}
