CREATE TABLE recipe (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  course TEXT,
  minutes INTEGER,
  servings INTEGER
);
CREATE TABLE ingredient (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price REAL
);
CREATE TABLE recipe_ingredient (
  recipe_id INTEGER REFERENCES recipe (id),
  ingredient_id INTEGER REFERENCES ingredient (id),
  grams INTEGER,
  PRIMARY KEY (recipe_id, ingredient_id)
);
CREATE TABLE review (
  id INTEGER PRIMARY KEY,
  recipe_id INTEGER REFERENCES recipe (id),
  reader TEXT,
  stars INTEGER
);

INSERT INTO recipe VALUES
  (1, 'Bean Soup', 'starter', 165, 6),
  (2, 'Lemon Rice', 'main', 35, 4),
  (3, 'Lamb Stew', 'main', 150, 8),
  (4, 'Plum Cake', 'dessert', 80, 10),
  (5, 'Tomato Salad', 'starter', 12, 2),
  (6, 'Fish Pie', 'main', 70, 5),
  (7, 'Rice Pudding', 'dessert', 45, 3),
  (8, 'Onion Tart', 'starter', 65, 7),
  (9, 'Pepper Pasta', 'main', 25, 1),
  (10, 'Egg Curry', 'main', 40, 9);
INSERT INTO ingredient VALUES
  (1, 'rice', 1.9),
  (2, 'butter', 8.4),
  (3, 'onion', 1.2),
  (4, 'lamb', 16.5),
  (5, 'plum', 3.6),
  (6, 'egg', 4.2),
  (7, 'cod', 19.8),
  (8, 'tomato', 2.7),
  (9, 'flour', 0.9),
  (10, 'saffron', NULL);
INSERT INTO recipe_ingredient VALUES
  (1, 3, 150),
  (2, 1, 320),
  (2, 2, 40),
  (3, 4, 1200),
  (3, 3, 300),
  (4, 5, 700),
  (4, 9, 350),
  (4, 2, 180),
  (4, 6, 160),
  (5, 8, 280),
  (6, 7, 650),
  (6, 2, 75),
  (7, 1, 140),
  (8, 3, 500),
  (8, 9, 220),
  (8, 2, 110),
  (10, 6, 480),
  (10, 8, 400);
INSERT INTO review VALUES
  (1, 1, 'Paula', 4),
  (2, 2, 'Omar', 5),
  (3, 4, 'Paula', 2),
  (4, 4, 'Stefan', 5),
  (5, 4, 'Wilma', 4),
  (6, 3, 'Omar', 1),
  (7, 6, 'Stefan', 3),
  (8, 8, 'Paula', 1),
  (9, 8, 'Quentin', 4),
  (10, 2, 'Wilma', 3),
  (11, 9, 'Paula', 5);
