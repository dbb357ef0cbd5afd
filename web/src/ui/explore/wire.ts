/** What the server says of the dataset page, as it stands on the wire. */
import type { ItemState } from '../../wire';

export interface Between {
  min?: number;
  max?: number;
}

export interface CategoryRule {
  category: string;
  has?: boolean;
  count?: Between;
  area?: Between;
}

export interface AttributeRule {
  category: string;
  attribute: string;
  values?: (string | boolean)[];
  range?: Between;
}

export interface ItemFilter {
  text?: string;
  categories?: CategoryRule[];
  attributes?: AttributeRule[];
  shapes?: string[];
  annotations?: Between;
  width?: Between;
  height?: Between;
  megapixels?: Between;
  bytes?: Between;
  aspect?: Between;
  authors?: string[];
  reviewers?: string[];
  states?: string[];
  stages?: string[];
  assigned?: string[];
  tags?: string[];
  without_tags?: string[];
  splits?: string[];
  imports?: string[];
  sources?: string[];
  near_duplicates?: boolean;
  score?: Between;
  created?: { since?: string; until?: string };
  updated?: { since?: string; until?: string };
}

export interface Order {
  by: string;
  descending: boolean;
  category?: string | null;
}

export interface ExploreItem {
  id: string;
  position: number;
  name: string;
  key: string | null;
  width: number;
  height: number;
  bytes: number;
  media_type: string;
  state: ItemState;
  annotations: number;
  split: string | null;
  tags: string[];
  near_duplicate_of: string | null;
  task: string | null;
  stage: 'annotate' | 'review' | null;
  assigned_to: string | null;
  created_at: string;
  updated_at: string;
}

export interface ExplorePage {
  items: ExploreItem[];
  next: string | null;
  total: number | null;
}

export interface FacetValue {
  value: string;
  items: number;
  annotations: number;
  name: string | null;
  group: string | null;
  attribute: string | null;
}

export interface FacetBin {
  min: number;
  max: number;
  items: number;
}

export interface Facet {
  name: string;
  total: number;
  sampled: boolean;
  values: FacetValue[];
  bins: FacetBin[];
  more: boolean;
}

export interface ItemOutlines {
  item: string;
  outlines: { category: string; path: string }[];
  more: number;
}

export interface View {
  id: string;
  name: string;
  shared: boolean;
  mine: boolean;
  made_by: string;
  looked: { filter: ItemFilter; order: Order };
}

export interface Selection {
  items?: string[];
  filter?: ItemFilter;
  without?: string[];
}

export interface Done {
  chosen: number;
  changed: number;
  kept?: { item: string; reason: string }[];
}
