/** The former list of items: its addresses lead to the dataset page, with what they asked for. */
import { Navigate, useSearchParams } from 'react-router';

import { writeFilter } from '../ui/explore/filter';
import { projectPath } from '../ui/places';
import { useProject } from '../ui/project';

export default function Items() {
  const { project } = useProject();
  const [search] = useSearchParams();
  const [state, category, text] = [search.get('state'), search.get('category'), search.get('search')];
  const filter = writeFilter({
    ...(text ? { text } : {}),
    ...(state ? { states: [state] } : {}),
    ...(category ? { categories: [{ category }] } : {}),
    ...(search.has('near_duplicates') ? { near_duplicates: true } : {}),
  });
  const query = filter ? `?${new URLSearchParams({ filter })}` : '';
  return <Navigate replace to={`${projectPath(project.id, 'explore')}${query}`} />;
}
