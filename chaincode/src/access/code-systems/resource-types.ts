import { CodeHierarchy } from './code-hierarchy.ts';
import { RESOURCE_TYPE_TREE } from './resource-type-tree.ts';

export const RESOURCE_TYPES_SYSTEM = 'http://hl7.org/fhir/resource-types';
export const RESOURCE_TYPES = new CodeHierarchy(RESOURCE_TYPE_TREE);
