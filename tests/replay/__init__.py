"""The replay: what the program computes, written down, so that a change of names or places is seen
to change nothing else.

``scripts/replay`` asks the REST API for everything that it can say about a fixed set of networks
and photos, and compares the answers with those in ``kept.tsv``, one line a thing. ``scripts/replay
--update`` writes the file anew.

What counts in a JSON answer are its values in the order of the document:

- numbers, booleans and nulls count, hence also shapes and positions;
- strings count where they name something of the network or the dataset: a layer, an output, a
  class;
- all other strings (sentences, ids, kinds, formats, addresses) and all names of fields do not
  count;
- fields that differ from run to run (``wire.VOLATILE``: times, process ids) do not count.

So fields, paths and words may be renamed: then only the table in ``wire.py`` changes, and no line
of ``kept.tsv``.
"""
