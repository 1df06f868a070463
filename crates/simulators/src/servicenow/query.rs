//! Encoded queries: conditions between carets, and the order of what they find.
//!
//! `^OR` belongs to the condition before it alone: `a^ORb^c` is (a or b) and c. `^NQ` begins another query, whose records come beside
//! those of the first.

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    /// One of these must hold; none is everything.
    groups: Vec<Vec<Vec<Condition>>>,
    pub(super) order: Vec<Order>,
}

/// A field that decides the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) field: String,
    pub(super) falls: bool,
}

/// One condition.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    pub(super) field: String,
    pub(super) operator: Operator,
    pub(super) value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Is,
    /// It is this, or people read this.
    Called,
    IsNot,
    AtLeast,
    AtMost,
    Above,
    Below,
    In,
    NotIn,
    Begins,
    Ends,
    Contains,
    ContainsNot,
    Empty,
    NotEmpty,
    Between,
}

/// Longer words before those that they begin with.
const OPERATORS: [(&str, Operator); 17] = [
    ("ISNOTEMPTY", Operator::NotEmpty),
    ("ISEMPTY", Operator::Empty),
    ("STARTSWITH", Operator::Begins),
    ("ENDSWITH", Operator::Ends),
    ("NOT LIKE", Operator::ContainsNot),
    ("NOTLIKE", Operator::ContainsNot),
    ("DOES NOT CONTAIN", Operator::ContainsNot),
    ("CONTAINS", Operator::Contains),
    ("LIKE", Operator::Contains),
    ("NOT IN", Operator::NotIn),
    ("IN", Operator::In),
    ("BETWEEN", Operator::Between),
    ("!=", Operator::IsNot),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    (">", Operator::Above),
    ("<", Operator::Below),
];

impl Query {
    /// Reads an encoded query. What is no condition on a field that is known is left out, as the instance does by default.
    pub(super) fn parse(text: &str, me: &str, is_field: impl Fn(&str) -> bool) -> Self {
        let mut query = Self::default();
        let mut group: Vec<Vec<Condition>> = Vec::new();
        for part in text.split('^') {
            if let Some(field) = part.strip_prefix("ORDERBYDESC") {
                query.sort(field, true, &is_field);
            } else if let Some(field) = part.strip_prefix("ORDERBY") {
                query.sort(field, false, &is_field);
            } else if let Some(condition) = part.strip_prefix("OR") {
                let condition = Condition::parse(condition, me).filter(|it| is_field(&it.field));
                match group.last_mut() {
                    Some(last) => last.extend(condition),
                    None => group.extend(condition.map(|it| vec![it])),
                }
            } else {
                let begins = part.strip_prefix("NQ");
                if begins.is_some() {
                    query.groups.push(std::mem::take(&mut group));
                }
                let condition = Condition::parse(begins.unwrap_or(part), me);
                group.extend(condition.filter(|it| is_field(&it.field)).map(|it| vec![it]));
            }
        }
        query.groups.push(group);
        query
    }

    /// Fields with what they are to be, as pairs of the address.
    pub(super) fn of_pairs(pairs: Vec<(String, String)>) -> Self {
        let condition =
            |(field, value)| vec![Condition { field, operator: Operator::Called, value }];
        Self { groups: vec![pairs.into_iter().map(condition).collect()], order: Vec::new() }
    }

    fn sort(&mut self, field: &str, falls: bool, is_field: impl Fn(&str) -> bool) {
        if is_field(field) {
            self.order.push(Order { field: field.to_owned(), falls });
        }
    }

    /// Whether a record is found; its fields by their names, the value and what people read.
    pub(super) fn finds(&self, field: impl Fn(&str) -> (String, String)) -> bool {
        let holds = |it: &Condition| {
            let (value, name) = field(&it.field);
            it.holds(&value, &name)
        };
        let found = |group: &Vec<Vec<Condition>>| group.iter().all(|any| any.iter().any(holds));
        self.groups.iter().any(found)
    }

    /// Every field that decides what is found and in what order.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let conditions = self.groups.iter().flatten().flatten().map(|it| it.field.as_str());
        conditions.chain(self.order.iter().map(|order| order.field.as_str()))
    }

    /// The values that a field must have one of, if the query says so.
    pub(super) fn one_of(&self, field: &str) -> Option<Vec<&str>> {
        let [group] = &self.groups[..] else { return None };
        group.iter().find_map(|any| {
            let values: Option<Vec<_>> = any.iter().map(|it| it.values_of(field)).collect();
            values.map(|values| values.concat())
        })
    }

    /// What a field is at least, if the query says so.
    pub(super) fn at_least(&self, field: &str) -> Option<&str> {
        let each = self.groups.iter().map(|group| {
            let least = group.iter().filter_map(|any| {
                let bounds: Option<Vec<_>> = any.iter().map(|it| it.least_of(field)).collect();
                bounds?.into_iter().min()
            });
            least.max()
        });
        each.collect::<Option<Vec<&str>>>()?.into_iter().min()
    }
}

impl Condition {
    fn parse(text: &str, me: &str) -> Option<Self> {
        let is_name =
            |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_.".contains(it);
        let (field, rest) = text.split_at(text.find(|it| !is_name(it))?);
        let known = OPERATORS
            .iter()
            .find_map(|(word, operator)| Some((*operator, rest.strip_prefix(word)?)));
        let (operator, value) = known.or_else(|| Some((Operator::Is, rest.strip_prefix('=')?)))?;
        let field = field.to_owned();
        (!field.is_empty()).then(|| Self { field, operator, value: calculated(value, me) })
    }

    fn values_of(&self, field: &str) -> Option<Vec<&str>> {
        match self.operator {
            _ if self.field != field => None,
            Operator::Is => Some(vec![&self.value]),
            Operator::In => Some(self.value.split(',').collect()),
            _ => None,
        }
    }

    fn least_of(&self, field: &str) -> Option<&str> {
        let is_bound = matches!(self.operator, Operator::Is | Operator::AtLeast | Operator::Above);
        (is_bound && self.field == field).then_some(&self.value)
    }

    fn holds(&self, value: &str, name: &str) -> bool {
        let given = self.value.as_str();
        let within = |list: &str| list.split(',').any(|it| it == value);
        let contains = || name.to_lowercase().contains(&given.to_lowercase());
        match self.operator {
            Operator::Is => value == given,
            Operator::Called => value == given || name.eq_ignore_ascii_case(given),
            Operator::IsNot => value != given,
            Operator::AtLeast => compare(value, given).is_ge() && !value.is_empty(),
            Operator::AtMost => compare(value, given).is_le() && !value.is_empty(),
            Operator::Above => compare(value, given).is_gt(),
            Operator::Below => compare(value, given).is_lt() && !value.is_empty(),
            Operator::In => within(given),
            Operator::NotIn => !within(given),
            Operator::Begins => name.to_lowercase().starts_with(&given.to_lowercase()),
            Operator::Ends => name.to_lowercase().ends_with(&given.to_lowercase()),
            Operator::Contains => contains(),
            Operator::ContainsNot => !contains(),
            Operator::Empty => value.is_empty(),
            Operator::NotEmpty => !value.is_empty(),
            Operator::Between => given.split_once('@').is_some_and(|(least, most)| {
                compare(value, least).is_ge() && compare(value, most).is_le() && !value.is_empty()
            }),
        }
    }
}

/// By number where both are one.
pub(super) fn compare(one: &str, other: &str) -> std::cmp::Ordering {
    match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(one), Ok(other)) => one.cmp(&other),
        (_, _) => one.cmp(other),
    }
}

/// What scripts of clients ask for: whoever asks, and a time made of its parts.
fn calculated(value: &str, me: &str) -> String {
    let Some(script) = value.strip_prefix("javascript:") else { return value.to_owned() };
    if script.starts_with("gs.getUserID(") {
        return me.to_owned();
    }
    let parts = script.strip_prefix("gs.dateGenerate(").and_then(|it| it.strip_suffix(')'));
    parts.map_or_else(String::new, |parts| parts.replace(['"', '\''], "").replace(',', " "))
}
