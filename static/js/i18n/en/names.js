/**
 * The names of what ships: its classes, datasets and samples. The API's ids are the keys; a list of
 * classes is known by all of its names together, so that a class of somebody's own network keeps
 * its name.
 */

export const names = {
  classes: {
    everyday: {
      banana: "banana",
      bell_pepper: "bell pepper",
      bird: "bird",
      boat: "boat",
      bus: "bus",
      butterfly: "butterfly",
      car: "car",
      cat: "cat",
      dog: "dog",
      elephant: "elephant",
      espresso: "espresso",
      goldfish: "goldfish",
      koala: "koala",
      ladybug: "ladybug",
      mushroom: "mushroom",
      orange: "orange",
      pizza: "pizza",
      red_panda: "red panda",
      tractor: "tractor",
      train: "train",
    },
    shapes: {
      circle: "circle",
      square: "square",
      triangle: "triangle",
      star: "star",
      cross: "cross",
      ring: "ring",
      heart: "heart",
      moon: "moon",
    },
    strokes: {
      horizontal: "horizontal",
      vertical: "vertical",
      rising: "rising",
      falling: "falling",
      curve: "curve",
      zigzag: "zigzag",
      cross: "cross",
      dot: "dot",
    },
  },
  datasets: {
    shapes: {
      name: "Shapes",
      description: "Eight plain figures of any colour, size and turn on quiet grounds. Colour tells nothing; the outline does.",
    },
    digits: { name: "Digits", description: "Ten digits as if by hand, with pens and chalks of many widths, slanted, cramped and hurried." },
    strokes: { name: "Strokes", description: "Eight strokes of a brush. Which way a line runs is the first thing that filters learn to see." },
  },
  samples: {
    car: { title: "A car, rendered", credit: "By Convscope's render_car.py" },
    coffee: { title: "A cup of espresso", credit: "Rachel Michetti, from scikit-image" },
    chelsea: { title: "Chelsea the cat", credit: "Stéfan van der Walt, from scikit-image" },
  },
};
